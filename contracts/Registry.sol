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
import {EncounterAttestation, Evidence} from "./types/SignedTypes.sol";

/// @title Who may attest, for whom, and what was spent
contract Registry is IRegistry, Ownable2Step, EIP712 {
    using EvidenceTypes for EncounterAttestation;

    uint256 private constant MOST_EVIDENCE = 16;

    /// @dev What the attestations of a claim are checked against.
    struct Billing {
        address provider;
        uint32 controller;
        uint32 year;
        uint256 firstDay;
        uint256 nextDay;
        uint8 evidenceClass;
    }

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
        // Counter 0 is no sequence. Withdrawing it opens the first word of lane 0 here, and not at somebody's first claim.
        _bits[practitioner][SpentBits.word(0)] = SpentBits.revokedBit(0);
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

    /// @dev Refused: with nobody in the office no stolen key could be reported.
    function renounceOwnership() public view override onlyOwner {
        revert Registry_OwnerNeeded();
    }

    // -- The practitioner's act ---------------------------------------------------------------------------------------

    /// @inheritdoc IRegistry
    function revoke(uint32 practitioner, uint64 sequence) external {
        Practitioner storage record = _practitioners[practitioner];
        if (record.key != msg.sender) revert Registry_NotPractitioner(practitioner, msg.sender);
        _checkKept(practitioner, record);
        _checkSequence(sequence);
        _bits[practitioner][SpentBits.word(sequence)] |= SpentBits.revokedBit(sequence);
        emit AttestationRevoked(practitioner, sequence);
    }

    // -- The book's act -----------------------------------------------------------------------------------------------

    /// @inheritdoc IRegistry
    function consumeEvidence(Evidence[] calldata evidence, address provider, uint8 rank)
        external
        returns (bytes32 attestations, bytes32 linesRoot, uint32 serviceYear, uint8 evidenceClass)
    {
        // Check: the caller, the shape, and the provider.
        if (!_books[msg.sender]) revert Registry_BookNotListed(msg.sender);
        if (rank >= SpentBits.RANKS) revert Registry_RankInvalid(rank);
        uint256 count = evidence.length;
        if (count == 0 || count > MOST_EVIDENCE) revert Registry_EvidenceCount(count);

        Billing memory billing;
        bytes32[] memory digests = StructArrays.allocate(count);
        bytes32[] memory roots = StructArrays.allocate(count);
        for (uint256 i; i < count; ++i) {
            Evidence calldata item = evidence[i];
            uint32 practitioner = item.practitioner;
            (EncounterAttestation memory attestation, bytes32 hash) = item.attestation.read();

            // Check: the credentials, the attestation against the claim, and the signature.
            if (i == 0) _checkProvider(billing, provider, attestation);
            else _checkAgreement(attestation, billing);
            _checkAttestation(attestation, provider);
            address key = _checkPractitioner(practitioner, billing);
            _checkSignature(item, practitioner, key, hash);

            // Effect: spend it, and what it supersedes. One after the other, so that a claim cannot list one twice.
            _spend(practitioner, rank, attestation.sequence, attestation.supersedes);

            digests[i] = EvidenceTypes.digest(practitioner, hash);
            roots[i] = attestation.servicesRoot;
        }
        attestations = StructArrays.hash(digests);
        linesRoot = count == 1 ? roots[0] : StructArrays.hash(roots);
        (serviceYear, evidenceClass) = (billing.year, billing.evidenceClass);
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

    function _checkAttestation(EncounterAttestation memory attestation, address provider) private view {
        if (attestation.provider != provider) revert Registry_ProviderMismatch(attestation.provider, provider);
        if (block.timestamp > attestation.validUntil) revert Registry_AttestationExpired(attestation.validUntil);
    }

    /// @dev A claim lies in one year and under one witness rule.
    function _checkAgreement(EncounterAttestation memory attestation, Billing memory billing) private pure {
        if (attestation.serviceYear != billing.year) {
            revert Registry_YearMismatch(billing.year, attestation.serviceYear);
        }
        if (attestation.evidenceClass != billing.evidenceClass) {
            revert Registry_ClassMismatch(billing.evidenceClass, attestation.evidenceClass);
        }
    }

    /// @param billing Is filled in.
    /// @param leading The claim's first attestation, with which the others must agree.
    function _checkProvider(Billing memory billing, address provider, EncounterAttestation memory leading)
        private
        view
    {
        Provider storage record = _providers[provider];
        uint32 controller = record.controller;
        if (controller == 0) revert Registry_ProviderUnknown(provider);
        if (record.suspended) revert Registry_ProviderSuspended(provider);

        uint32 year = leading.serviceYear;
        (uint256 firstDay, uint256 nextDay) = Days.spanOf(year);
        if (!Days.overlap(record.validFrom, record.validUntil, firstDay, nextDay)) {
            revert Registry_ProviderWindow(provider, record.validFrom, record.validUntil, year);
        }
        billing.provider = provider;
        billing.controller = controller;
        billing.year = year;
        billing.firstDay = firstDay;
        billing.nextDay = nextDay;
        billing.evidenceClass = leading.evidenceClass;
    }

    /// @return key The key that must have signed.
    function _checkPractitioner(uint32 practitioner, Billing memory billing) private view returns (address key) {
        Practitioner storage record = _practitioners[practitioner];
        key = record.key;
        if (key == address(0)) revert Registry_PractitionerUnknown(practitioner);
        if (record.suspended) revert Registry_PractitionerSuspended(practitioner);
        (uint16 validFrom, uint16 validUntil) = (record.validFrom, record.validUntil);
        if (!Days.overlap(validFrom, validUntil, billing.firstDay, billing.nextDay)) {
            revert Registry_PractitionerWindow(practitioner, validFrom, validUntil, billing.year);
        }
        // Nothing was anchored before on this path, so a key that is compromised today has signed nothing that counts.
        _checkKept(practitioner, record);
        if (record.controller == billing.controller) {
            revert Registry_SameController(practitioner, billing.provider, billing.controller);
        }

        Affiliation storage place = _rosters[billing.provider][practitioner];
        (validFrom, validUntil) = (place.validFrom, place.validUntil);
        if (!place.active) revert Registry_NotOnRoster(billing.provider, practitioner);
        if (!Days.overlap(validFrom, validUntil, billing.firstDay, billing.nextDay)) {
            revert Registry_RosterWindow(billing.provider, practitioner, validFrom, validUntil, billing.year);
        }
    }

    /// @dev Check: the key is not compromised as of today.
    function _checkKept(uint32 practitioner, Practitioner storage record) private view {
        uint16 compromisedFrom = record.compromisedFrom;
        if (compromisedFrom != 0 && Days.today() >= compromisedFrom) {
            revert Registry_KeyCompromised(practitioner, compromisedFrom);
        }
    }

    function _checkSignature(Evidence calldata item, uint32 practitioner, address key, bytes32 attestation)
        private
        view
    {
        uint256 position = item.position;
        bytes32[] calldata siblings = item.siblings;
        if (position > siblings.length) revert Registry_PositionInvalid(position, siblings.length + 1);
        bytes32 attestations = StructArrays.hashWith(attestation, position, siblings);
        bytes32 digest = _hashTypedDataV4(EvidenceTypes.hashRoll(practitioner, attestations));
        if (!Signatures.isValid(key, digest, item.signature)) revert Registry_SignatureInvalid(practitioner);
    }

    function _checkSequence(uint64 sequence) private pure {
        if (uint32(sequence) == 0) revert Registry_SequenceInvalid(sequence);
    }

    function _checkUnspent(uint256 bits, uint32 practitioner, uint8 rank, uint64 sequence) private pure {
        if (bits & SpentBits.rankBit(rank, sequence) != 0) revert Registry_BitSpent(practitioner, rank, sequence);
        if (bits & SpentBits.revokedBit(sequence) != 0) revert Registry_AttestationRevoked(practitioner, sequence);
    }

    function _spend(uint32 practitioner, uint8 rank, uint64 sequence, uint64 supersedes) private {
        mapping(uint256 => uint256) storage words = _bits[practitioner];
        _spend(words, practitioner, rank, sequence);
        if (supersedes == 0) return;
        if (supersedes == sequence) revert Registry_SupersedesItself(sequence);
        _spend(words, practitioner, rank, supersedes);
    }

    function _spend(mapping(uint256 => uint256) storage words, uint32 practitioner, uint8 rank, uint64 sequence)
        private
    {
        _checkSequence(sequence);
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
