// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IRegistry} from "./interfaces/IRegistry.sol";
import {Days} from "./libraries/Days.sol";
import {EvidenceTypes} from "./libraries/EvidenceTypes.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {SpentBits} from "./libraries/SpentBits.sol";
import {StructArrays} from "./libraries/StructArrays.sol";
import {Affiliation, Practitioner, Provider} from "./types/Records.sol";
import {Consumed, EncounterAttestation, Evidence} from "./types/SignedTypes.sol";

/// @title Who may attest, for whom, and what was spent
contract Registry is IRegistry, Ownable2Step, EIP712 {
    using EvidenceTypes for EncounterAttestation;

    uint256 private constant MOST_EVIDENCE = 16;

    mapping(uint32 practitioner => Practitioner) private _practitioners;
    mapping(address provider => Provider) private _providers;
    mapping(address provider => mapping(uint32 practitioner => Affiliation)) private _rosters;
    mapping(address key => uint32 practitioner) private _keys;
    mapping(address book => bool) private _books;
    mapping(uint32 practitioner => mapping(uint256 word => uint256 bits)) private _bits;

    constructor(address credentialer) Ownable(credentialer) EIP712("Claims Evidence", "1") {}

    // -- The credentialer's acts --------------------------------------------------------------------------------------

    /// @inheritdoc IRegistry
    function enrolPractitioner(
        uint32 practitioner, address key, uint32 controller, uint16 validFrom, uint16 validUntil
    ) external onlyOwner {
        if (practitioner == 0) revert Registry_PractitionerUnknown(0);
        if (_practitioners[practitioner].key != address(0)) revert Registry_PractitionerEnrolled(practitioner);
        _checkTerms(controller, validFrom, validUntil);
        _takeKey(practitioner, key);

        _practitioners[practitioner] = Practitioner({
            key: key,
            controller: controller,
            validFrom: validFrom,
            validUntil: validUntil,
            compromisedFrom: 0,
            suspended: false
        });
        emit PractitionerEnrolled(practitioner, key, controller, validFrom, validUntil);
    }

    /// @inheritdoc IRegistry
    function updatePractitioner(uint32 practitioner, uint32 controller, uint16 validFrom, uint16 validUntil)
        external
        onlyOwner
    {
        Practitioner storage record = _enrolled(practitioner);
        _checkTerms(controller, validFrom, validUntil);
        record.controller = controller;
        record.validFrom = validFrom;
        record.validUntil = validUntil;
        emit PractitionerUpdated(practitioner, controller, validFrom, validUntil);
    }

    /// @inheritdoc IRegistry
    function rotateKey(uint32 practitioner, address key) external onlyOwner {
        Practitioner storage record = _enrolled(practitioner);
        _takeKey(practitioner, key);
        record.key = key;
        record.compromisedFrom = 0;
        emit KeyRotated(practitioner, key);
    }

    /// @inheritdoc IRegistry
    function reportCompromise(uint32 practitioner, uint16 fromDay) external onlyOwner {
        Practitioner storage record = _enrolled(practitioner);
        record.compromisedFrom = fromDay;
        emit KeyCompromised(practitioner, record.key, fromDay);
    }

    /// @inheritdoc IRegistry
    function suspendPractitioner(uint32 practitioner, bool suspended) external onlyOwner {
        _enrolled(practitioner).suspended = suspended;
        emit PractitionerSuspended(practitioner, suspended);
    }

    /// @inheritdoc IRegistry
    function enrolProvider(address provider, uint32 controller, uint16 validFrom, uint16 validUntil)
        external
        onlyOwner
    {
        if (provider == address(0)) revert Registry_ProviderUnknown(provider);
        if (_providers[provider].controller != 0) revert Registry_ProviderEnrolled(provider);
        _checkTerms(controller, validFrom, validUntil);
        _providers[provider] =
            Provider({controller: controller, validFrom: validFrom, validUntil: validUntil, suspended: false});
        emit ProviderEnrolled(provider, controller, validFrom, validUntil);
    }

    /// @inheritdoc IRegistry
    function updateProvider(address provider, uint32 controller, uint16 validFrom, uint16 validUntil)
        external
        onlyOwner
    {
        Provider storage record = _enrolled(provider);
        _checkTerms(controller, validFrom, validUntil);
        record.controller = controller;
        record.validFrom = validFrom;
        record.validUntil = validUntil;
        emit ProviderUpdated(provider, controller, validFrom, validUntil);
    }

    /// @inheritdoc IRegistry
    function suspendProvider(address provider, bool suspended) external onlyOwner {
        _enrolled(provider).suspended = suspended;
        emit ProviderSuspended(provider, suspended);
    }

    /// @inheritdoc IRegistry
    function addToRoster(address provider, uint32 practitioner, uint16 validFrom, uint16 validUntil)
        external
        onlyOwner
    {
        _enrolled(provider);
        _enrolled(practitioner);
        _checkWindow(validFrom, validUntil);
        _rosters[provider][practitioner] =
            Affiliation({validFrom: validFrom, validUntil: validUntil, active: true});
        emit RosterAdded(provider, practitioner, validFrom, validUntil);
    }

    /// @inheritdoc IRegistry
    function removeFromRoster(address provider, uint32 practitioner) external onlyOwner {
        if (!_rosters[provider][practitioner].active) revert Registry_NotOnRoster(provider, practitioner);
        delete _rosters[provider][practitioner];
        emit RosterRemoved(provider, practitioner);
    }

    /// @inheritdoc IRegistry
    function listBook(address book, bool listed) external onlyOwner {
        if (book == address(0)) revert Registry_BookZero();
        _books[book] = listed;
        emit BookListed(book, listed);
    }

    // -- The practitioner's act ---------------------------------------------------------------------------------------

    /// @inheritdoc IRegistry
    function revoke(uint32 practitioner, uint64 sequence) external {
        if (_practitioners[practitioner].key != msg.sender) {
            revert Registry_NotPractitioner(practitioner, msg.sender);
        }
        _checkSequence(sequence);
        _bits[practitioner][SpentBits.word(sequence)] |= SpentBits.revokedBit(sequence);
        emit AttestationRevoked(practitioner, sequence);
    }

    // -- The book's act -----------------------------------------------------------------------------------------------

    /// @inheritdoc IRegistry
    function consume(uint8 rank, address provider, Evidence[] calldata evidence)
        external
        returns (Consumed memory consumed)
    {
        // Check: the caller and the shape.
        if (!_books[msg.sender]) revert Registry_BookNotListed(msg.sender);
        if (rank >= SpentBits.RANKS) revert Registry_RankInvalid(rank);
        uint256 count = evidence.length;
        if (count == 0 || count > MOST_EVIDENCE) revert Registry_EvidenceCount(count);

        consumed.serviceYear = evidence[0].attestation.serviceYear;
        consumed.evidenceClass = evidence[0].attestation.evidenceClass;
        uint32 controller = _checkProvider(provider, consumed.serviceYear);

        bytes32[] memory digests = new bytes32[](count);
        bytes32[] memory roots = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            Evidence calldata item = evidence[i];
            EncounterAttestation calldata attestation = item.attestation;

            // Check: the attestation against the claim, the credentials, and the signature.
            _checkAttestation(attestation, provider, consumed);
            address key = _checkPractitioner(item.practitioner, provider, controller, consumed.serviceYear);
            bytes32 hash = attestation.hash();
            _checkSignature(item, key, hash);

            // Effect: spend it, and what it supersedes. One after the other, so that a claim cannot list one twice.
            _spend(item.practitioner, rank, attestation.sequence);
            if (attestation.supersedes != 0) {
                if (attestation.supersedes == attestation.sequence) {
                    revert Registry_SupersedesItself(attestation.sequence);
                }
                _checkSequence(attestation.supersedes);
                _spend(item.practitioner, rank, attestation.supersedes);
            }

            digests[i] = EvidenceTypes.digest(item.practitioner, hash);
            roots[i] = attestation.servicesRoot;
        }
        consumed.attestations = StructArrays.hash(digests);
        consumed.linesRoot = count == 1 ? roots[0] : StructArrays.hash(roots);
    }

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @inheritdoc IRegistry
    function practitionerOf(uint32 practitioner) external view returns (Practitioner memory) {
        return _practitioners[practitioner];
    }

    /// @inheritdoc IRegistry
    function providerOf(address provider) external view returns (Provider memory) {
        return _providers[provider];
    }

    /// @inheritdoc IRegistry
    function rosterOf(address provider, uint32 practitioner) external view returns (Affiliation memory) {
        return _rosters[provider][practitioner];
    }

    /// @inheritdoc IRegistry
    function practitionerOfKey(address key) external view returns (uint32) {
        return _keys[key];
    }

    /// @inheritdoc IRegistry
    function isListed(address book) external view returns (bool) {
        return _books[book];
    }

    /// @inheritdoc IRegistry
    function isSpent(uint32 practitioner, uint8 rank, uint64 sequence) external view returns (bool) {
        if (rank >= SpentBits.RANKS) revert Registry_RankInvalid(rank);
        uint256 mask = SpentBits.rankBit(rank, sequence) | SpentBits.revokedBit(sequence);
        return _bits[practitioner][SpentBits.word(sequence)] & mask != 0;
    }

    /// @inheritdoc IRegistry
    function isRevoked(uint32 practitioner, uint64 sequence) external view returns (bool) {
        return _bits[practitioner][SpentBits.word(sequence)] & SpentBits.revokedBit(sequence) != 0;
    }

    /// @inheritdoc IRegistry
    function requireUnspent(uint32 practitioner, uint8 rank, uint64 sequence) external view {
        if (rank >= SpentBits.RANKS) revert Registry_RankInvalid(rank);
        _checkUnspent(_bits[practitioner][SpentBits.word(sequence)], practitioner, rank, sequence);
    }

    /// @inheritdoc IRegistry
    // forge-lint: disable-next-line(mixed-case-function)
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    // -- Checks of the evidence ---------------------------------------------------------------------------------------

    function _checkAttestation(
        EncounterAttestation calldata attestation, address provider, Consumed memory consumed
    ) private view {
        if (attestation.provider != provider) revert Registry_ProviderMismatch(attestation.provider, provider);
        if (attestation.serviceYear != consumed.serviceYear) {
            revert Registry_YearMismatch(consumed.serviceYear, attestation.serviceYear);
        }
        if (attestation.evidenceClass != consumed.evidenceClass) {
            revert Registry_ClassMismatch(consumed.evidenceClass, attestation.evidenceClass);
        }
        if (block.timestamp > attestation.validUntil) revert Registry_AttestationExpired(attestation.validUntil);
        _checkSequence(attestation.sequence);
    }

    /// @return controller Who controls the provider.
    function _checkProvider(address provider, uint32 year) private view returns (uint32 controller) {
        Provider memory record = _providers[provider];
        if (record.controller == 0) revert Registry_ProviderUnknown(provider);
        if (record.suspended) revert Registry_ProviderSuspended(provider);
        if (!Days.overlap(record.validFrom, record.validUntil, year)) {
            revert Registry_ProviderWindow(provider, record.validFrom, record.validUntil, year);
        }
        return record.controller;
    }

    /// @return key The key that must have signed.
    function _checkPractitioner(uint32 practitioner, address provider, uint32 controller, uint32 year)
        private
        view
        returns (address key)
    {
        Practitioner memory record = _practitioners[practitioner];
        if (record.key == address(0)) revert Registry_PractitionerUnknown(practitioner);
        if (record.suspended) revert Registry_PractitionerSuspended(practitioner);
        if (!Days.overlap(record.validFrom, record.validUntil, year)) {
            revert Registry_PractitionerWindow(practitioner, record.validFrom, record.validUntil, year);
        }
        // Nothing was anchored before on this path, so a key that is compromised today has signed nothing that counts.
        if (record.compromisedFrom != 0 && Days.today() >= record.compromisedFrom) {
            revert Registry_KeyCompromised(practitioner, record.compromisedFrom);
        }
        if (record.controller == controller) revert Registry_SameController(practitioner, provider, controller);

        Affiliation memory place = _rosters[provider][practitioner];
        if (!place.active) revert Registry_NotOnRoster(provider, practitioner);
        if (!Days.overlap(place.validFrom, place.validUntil, year)) {
            revert Registry_RosterWindow(provider, practitioner, place.validFrom, place.validUntil, year);
        }
        return record.key;
    }

    function _checkSignature(Evidence calldata item, address key, bytes32 attestation) private view {
        if (item.position > item.siblings.length) {
            revert Registry_PositionInvalid(item.position, item.siblings.length + 1);
        }
        bytes32 attestations = StructArrays.hashWith(attestation, item.position, item.siblings);
        bytes32 digest = _hashTypedDataV4(EvidenceTypes.hashRoll(item.practitioner, attestations));
        if (!Signatures.isValid(key, digest, item.signature)) revert Registry_SignatureInvalid(item.practitioner);
    }

    function _checkSequence(uint64 sequence) private pure {
        if (uint32(sequence) == 0) revert Registry_SequenceInvalid(sequence);
    }

    function _checkUnspent(uint256 bits, uint32 practitioner, uint8 rank, uint64 sequence) private pure {
        if (bits & SpentBits.rankBit(rank, sequence) != 0) revert Registry_BitSpent(practitioner, rank, sequence);
        if (bits & SpentBits.revokedBit(sequence) != 0) revert Registry_AttestationRevoked(practitioner, sequence);
    }

    function _spend(uint32 practitioner, uint8 rank, uint64 sequence) private {
        mapping(uint256 => uint256) storage words = _bits[practitioner];
        uint256 word = SpentBits.word(sequence);
        uint256 bits = words[word];
        _checkUnspent(bits, practitioner, rank, sequence);
        words[word] = bits | SpentBits.rankBit(rank, sequence);
    }

    // -- Checks of the records ----------------------------------------------------------------------------------------

    function _enrolled(uint32 practitioner) private view returns (Practitioner storage record) {
        record = _practitioners[practitioner];
        if (record.key == address(0)) revert Registry_PractitionerUnknown(practitioner);
    }

    function _enrolled(address provider) private view returns (Provider storage record) {
        record = _providers[provider];
        if (record.controller == 0) revert Registry_ProviderUnknown(provider);
    }

    function _takeKey(uint32 practitioner, address key) private {
        if (key == address(0)) revert Registry_KeyZero();
        if (_keys[key] != 0) revert Registry_KeyUsed(key, _keys[key]);
        _keys[key] = practitioner;
    }

    function _checkTerms(uint32 controller, uint16 validFrom, uint16 validUntil) private pure {
        if (controller == 0) revert Registry_ControllerZero();
        _checkWindow(validFrom, validUntil);
    }

    function _checkWindow(uint16 validFrom, uint16 validUntil) private pure {
        if (validUntil == 0 || validFrom > validUntil) revert Registry_WindowInvalid(validFrom, validUntil);
    }
}
