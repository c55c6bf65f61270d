// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IRegistry} from "./interfaces/IRegistry.sol";
import {Days} from "./libraries/Days.sol";
import {EvidenceTypes} from "./libraries/EvidenceTypes.sol";
import {PackedRolls} from "./libraries/PackedRolls.sol";
import {Refusals} from "./libraries/Refusals.sol";
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
        bool indebted;
    }

    /// @dev How far a roll came. Places are in calldata or memory; the quick path reads the fields by their places.
    struct RollCursor {
        uint256 here; // 0x000: next byte of the entries
        uint256 sequence; // 0x020: of the attestation before
        uint256 left; // 0x040: how many of an entry of several are left
        uint256 hash; // 0x060: where the next struct hash is written
        uint256 answer; // 0x080: where the next digest is written
        uint256 bits; // 0x0a0: the word that is read, as it is to be
        uint256 rank; // 0x0c0: its bit
        uint256 practitioner; // 0x0e0
        uint256 word;
        uint256 slot;
        uint256 before;
        uint256 words;
        uint256 faults; // where the faults begin, behind all answers
        uint256 failed;
        uint256 present;
    }

    /// @dev Where in memory the attestation of a roll lies that is hashed, its type first.
    uint256 private constant ATTESTATION = 0x800;
    /// @dev The lowest bit of each sequence in a word.
    uint256 private constant LOWEST_BITS = type(uint256).max / 15;

    mapping(uint32 practitioner => Practitioner) private _practitioners;
    mapping(address provider => Provider) private _providers;
    mapping(address provider => mapping(uint32 practitioner => Affiliation)) private _rosters;
    mapping(address key => uint32 practitioner) private _keys;
    mapping(address book => bool) private _books;
    mapping(uint32 practitioner => mapping(uint256 word => uint256 bits)) private _bits;
    mapping(address book => mapping(address provider => bool)) private _debtors;

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
            Provider({controller: controller, validFrom: validFrom, validUntil: validUntil, suspended: false, debts: 0});
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
        _checkKept(practitioner, record.compromisedFrom, Days.today());
        _checkSequence(sequence);
        _bits[practitioner][SpentBits.word(sequence)] |= SpentBits.revokedBit(sequence);
        emit AttestationRevoked(practitioner, sequence);
    }

    // -- The book's act -----------------------------------------------------------------------------------------------

    /// @inheritdoc IRegistry
    function consumeEvidence(Evidence[] calldata evidence, address provider, uint8 rank)
        external
        returns (bytes32 attestations, bytes32 linesRoot, uint32 serviceYear, uint8 evidenceClass, bool indebted)
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
            if (i == 0) _checkProvider(billing, provider, attestation.serviceYear, attestation.evidenceClass);
            else _checkAgreement(attestation, billing);
            _checkAttestation(attestation, provider);
            address key = _checkPractitioner(practitioner, billing, Days.today());
            _checkSignature(item, practitioner, key, hash);

            // Effect: spend it, and what it supersedes. One after the other, so that a claim cannot list one twice.
            _spend(practitioner, rank, attestation.sequence, attestation.supersedes);

            digests[i] = EvidenceTypes.digest(practitioner, hash);
            roots[i] = attestation.servicesRoot;
        }
        attestations = StructArrays.hash(digests);
        linesRoot = count == 1 ? roots[0] : StructArrays.hash(roots);
        (serviceYear, evidenceClass, indebted) = (billing.year, billing.evidenceClass, billing.indebted);
    }

    /// @inheritdoc IRegistry
    function consumeRoll(address provider, uint40 anchoredAt, bytes calldata packed)
        external
        returns (bytes32[] memory answers)
    {
        // Check: the caller and the shape.
        if (!_books[msg.sender]) revert Registry_BookNotListed(msg.sender);
        PackedRolls.Header memory roll = PackedRolls.read(packed);
        if (roll.rank >= SpentBits.RANKS) revert Registry_RankInvalid(roll.rank);

        // Check: the term and the credentials, of the whole roll. Effect: where they hold, each attestation that is live is spent.
        (address key, bytes4 fault) = _standing(roll, provider, anchoredAt);
        bool spent = fault == 0;
        bytes32 attestations;
        (answers, attestations) = _spendRoll(roll, provider, spent);

        // Check: the signature. Effect: where the roll does not count, nothing of it was spent.
        if (spent && !_isSigned(roll, key, attestations, PackedRolls.signature(packed))) {
            fault = Registry_SignatureInvalid.selector;
        }
        if (fault != 0) answers = _refuseAll(roll, answers, fault, spent);
        // The array as it lies, instead of a copy.
        assembly ("memory-safe") {
            let start := sub(answers, 0x20)
            mstore(start, 0x20)
            return(start, add(0x40, shl(5, mload(answers))))
        }
    }

    /// @inheritdoc IRegistry
    function giveBack(bytes calldata packed, uint256 index) external {
        PackedRolls.Header memory roll = PackedRolls.read(packed);
        if (index >= roll.present) revert Registry_PositionInvalid(index, roll.present);
        _giveBack(roll, index);
    }

    /// @inheritdoc IRegistry
    function setIndebted(address provider, bool indebted) external {
        if (indebted && !_books[msg.sender]) revert Registry_BookNotListed(msg.sender);
        if (_debtors[msg.sender][provider] == indebted) return;
        _debtors[msg.sender][provider] = indebted;
        Provider storage record = _enrolled(provider);
        record.debts = indebted ? record.debts + 1 : record.debts - 1;
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
    function requireSpent(uint32 practitioner, uint8 rank, uint64 sequence) external view {
        if (rank >= SpentBits.RANKS) revert Registry_RankInvalid(rank);
        if (_bits[practitioner][SpentBits.word(sequence)] & SpentBits.rankBit(rank, sequence) == 0) {
            revert Registry_BitUnspent(practitioner, rank, sequence);
        }
    }

    /// @inheritdoc IRegistry
    function requireCredentials(uint32 practitioner, address provider, uint32 serviceYear, uint256 day)
        external
        view
        returns (address key)
    {
        Billing memory billing;
        _checkProvider(billing, provider, serviceYear, 0);
        key = _checkPractitioner(practitioner, billing, day);
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
    /// @param year The year of the claim's first attestation, with which the others must agree; likewise its class.
    function _checkProvider(Billing memory billing, address provider, uint32 year, uint8 evidenceClass) private view {
        Provider storage record = _providers[provider];
        uint32 controller = record.controller;
        if (controller == 0) revert Registry_ProviderUnknown(provider);
        if (record.suspended) revert Registry_ProviderSuspended(provider);

        (uint256 firstDay, uint256 nextDay) = Days.spanOf(year);
        if (!Days.overlap(record.validFrom, record.validUntil, firstDay, nextDay)) {
            revert Registry_ProviderWindow(provider, record.validFrom, record.validUntil, year);
        }
        billing.provider = provider;
        billing.controller = controller;
        billing.year = year;
        billing.firstDay = firstDay;
        billing.nextDay = nextDay;
        billing.evidenceClass = evidenceClass;
        billing.indebted = record.debts != 0;
    }

    /// @param day Since when the attestation is known to exist: today, or when the claim was anchored.
    /// @return key The key that must have signed.
    function _checkPractitioner(uint32 practitioner, Billing memory billing, uint256 day)
        private
        view
        returns (address key)
    {
        Practitioner storage record = _practitioners[practitioner];
        key = record.key;
        if (key == address(0)) revert Registry_PractitionerUnknown(practitioner);
        if (record.suspended) revert Registry_PractitionerSuspended(practitioner);
        (uint16 validFrom, uint16 validUntil) = (record.validFrom, record.validUntil);
        if (!Days.overlap(validFrom, validUntil, billing.firstDay, billing.nextDay)) {
            revert Registry_PractitionerWindow(practitioner, validFrom, validUntil, billing.year);
        }
        _checkKept(practitioner, record.compromisedFrom, day);
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

    /// @dev Check: the key was not compromised on a day.
    function _checkKept(uint32 practitioner, uint16 compromisedFrom, uint256 day) private pure {
        if (compromisedFrom != 0 && day >= compromisedFrom) {
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

    // -- A whole roll -------------------------------------------------------------------------------------------------

    /// @dev Effect: spends each attestation of a packed roll that is live, one after the other, a word of bits at a time.
    /// @param live Whether the roll counts; else it is hashed, and nothing is spent.
    /// @return answers As {consumeRoll} has them.
    /// @return attestations The hash of the roll's array.
    function _spendRoll(PackedRolls.Header memory roll, address provider, bool live)
        private
        returns (bytes32[] memory answers, bytes32 attestations)
    {
        RollCursor memory cursor = _beginRoll(roll, provider);
        // A roll that does not count spends nothing: no bit is its own.
        if (!live) cursor.rank = 0;
        uint256 hashes = cursor.hash;
        uint256 first = cursor.answer;
        uint256 end = roll.end;
        while (cursor.here < end) {
            _spendPlain(cursor);
            if (cursor.here < end) _spendNext(cursor, roll.practitioner);
        }
        _flush(cursor);

        uint256 present = roll.present;
        if (
            cursor.here != end || cursor.left != 0 || cursor.hash != hashes + 32 * roll.attestations
                || cursor.answer != first + 32 * present
        ) revert PackedRolls.PackedRolls_Malformed(cursor.here - roll.entries);
        uint256 failed = cursor.failed;
        uint256 length = failed == 0 ? 1 + present : 1 + 2 * present;
        assembly ("memory-safe") {
            attestations := keccak256(hashes, shl(5, mload(add(roll, 0xa0))))
            answers := sub(first, 0x40)
            mstore(answers, length)
            mstore(add(answers, 0x20), failed)
        }
    }

    /// @dev Lays out memory: the attestation that is hashed at a fixed place, so that the quick path names its words; then the
    /// roll's array, the answers, the faults.
    function _beginRoll(PackedRolls.Header memory roll, address provider)
        private
        view
        returns (RollCursor memory cursor)
    {
        bytes32 typeHash = EvidenceTypes.ENCOUNTER_ATTESTATION;
        cursor.here = roll.entries;
        unchecked {
            cursor.sequence = roll.firstSequence - 1;
        }
        cursor.rank = 1 << roll.rank;
        cursor.words = _wordsOf(roll.practitioner);
        cursor.word = type(uint256).max;
        (cursor.practitioner, cursor.present) = (roll.practitioner, roll.present);
        uint256 hash = ATTESTATION + 0x160;
        uint256 answer = hash + 32 * roll.attestations + 96;
        uint256 faults = answer + 32 * roll.present;
        bool fits;
        assembly ("memory-safe") {
            fits := iszero(gt(mload(0x40), ATTESTATION))
            mstore(0x40, add(faults, shl(5, mload(add(roll, 0xc0)))))
            mstore(ATTESTATION, typeHash)
            mstore(add(ATTESTATION, 0x20), provider)
            mstore(add(ATTESTATION, 0x80), 0)
            mstore(add(ATTESTATION, 0xe0), 0)
            mstore(add(ATTESTATION, 0x100), mload(add(roll, 0x20)))
            mstore(add(ATTESTATION, 0x120), mload(add(roll, 0x40)))
            mstore(add(ATTESTATION, 0x140), mload(add(roll, 0x80)))
            calldatacopy(faults, calldatasize(), shl(5, mload(add(roll, 0xc0))))
        }
        assert(fits);
        (cursor.hash, cursor.answer, cursor.faults) = (hash, answer, faults);
    }

    /// @dev Spends attestations of the short form, as many as are left of them in the word that is read, where every one is
    /// live. It does what {_spendNext} does, in fewer steps.
    function _spendPlain(RollCursor memory cursor) private pure {
        uint256 next;
        uint256 count;
        unchecked {
            next = cursor.sequence + 1;
            if (cursor.left == 0 || next >> 6 != cursor.word) return;
            count = 64 - (next & 63);
            if (cursor.left < count) count = cursor.left;
            // The lowest bit of each of so many sequences, from the first one's on.
            uint256 ones = (LOWEST_BITS & ((1 << (4 * count)) - 1)) << (4 * (next & 63));
            if (cursor.bits & (ones * (cursor.rank | 8)) != 0) return;
            cursor.bits |= ones * cursor.rank;
            cursor.left -= count;
            cursor.sequence += count;
        }
        assembly ("memory-safe") {
            let here := mload(cursor)
            let hash := mload(add(cursor, 0x60))
            // A digest is written as far from its struct hash as the one before.
            let apart := sub(mload(add(cursor, 0x80)), hash)
            let end := add(here, mul(count, 97))
            mstore(0x00, mload(add(cursor, 0xe0)))
            for {} lt(here, end) {} {
                // The last byte of its word: the others are never written.
                calldatacopy(add(ATTESTATION, 0xff), here, 1)
                mstore(add(ATTESTATION, 0x60), next)
                calldatacopy(add(ATTESTATION, 0x40), add(here, 1), 0x20)
                calldatacopy(add(ATTESTATION, 0xa0), add(here, 0x21), 0x40)
                let structHash := keccak256(ATTESTATION, 0x160)
                mstore(hash, structHash)
                mstore(0x20, structHash)
                mstore(add(hash, apart), keccak256(0x00, 0x40))
                next := add(next, 1)
                here := add(here, 97)
                hash := add(hash, 0x20)
            }
            mstore(cursor, here)
            mstore(add(cursor, 0x60), hash)
            mstore(add(cursor, 0x80), add(hash, apart))
        }
    }

    /// @dev Takes what comes next, whatever it is: of an entry of several, its beginning or one of them.
    function _spendNext(RollCursor memory cursor, uint32 practitioner) private {
        uint256 here = cursor.here;
        uint256 entry;
        assembly ("memory-safe") {
            entry := calldataload(here)
        }
        uint256 lineCount;
        uint64 supersedes;
        uint64 sequence = uint64(cursor.sequence);
        unchecked {
            if (cursor.left != 0) {
                --cursor.left;
                (lineCount, sequence) = (entry >> 248, sequence + 1);
                here += 1;
            } else {
                uint256 kind = entry >> 248;
                uint256 count = uint8(entry >> 240);
                if (kind == PackedRolls.SHORT) {
                    (cursor.here, cursor.left) = (here + 2, count);
                    return;
                }
                if (kind == PackedRolls.ABSENT) {
                    uint256 to = cursor.hash;
                    assembly ("memory-safe") {
                        calldatacopy(to, add(here, 2), shl(5, count))
                    }
                    (cursor.here, cursor.hash) = (here + 2 + 32 * count, to + 32 * count);
                    cursor.sequence = sequence + uint64(count);
                    return;
                }
                if (kind != PackedRolls.FULL) revert PackedRolls.PackedRolls_Malformed(here);
                (sequence, supersedes, lineCount) = (uint64(entry >> 184), uint64(entry >> 120), uint16(entry >> 104));
                here += 19;
            }
        }
        cursor.here = here + 96;
        cursor.sequence = sequence;
        uint256 place = (cursor.answer - (cursor.faults - 32 * cursor.present)) / 32;
        _answer(cursor, here, practitioner, sequence, supersedes, lineCount);
        bytes4 fault = _spendOne(cursor, sequence, supersedes);
        if (fault != 0) {
            ++cursor.failed;
            uint256 faults = cursor.faults;
            assembly ("memory-safe") {
                mstore(add(faults, shl(5, place)), fault)
            }
        }
    }

    /// @dev Hashes an attestation of which the words lie in calldata, and writes its answer.
    function _answer(
        RollCursor memory cursor, uint256 words, uint32 practitioner, uint64 sequence, uint64 supersedes, uint256 lineCount
    ) private pure {
        (uint256 hash, uint256 answer) = (cursor.hash, cursor.answer);
        assembly ("memory-safe") {
            calldatacopy(add(ATTESTATION, 0x40), words, 0x20)
            mstore(add(ATTESTATION, 0x60), sequence)
            mstore(add(ATTESTATION, 0x80), supersedes)
            calldatacopy(add(ATTESTATION, 0xa0), add(words, 0x20), 0x40)
            mstore(add(ATTESTATION, 0xe0), lineCount)
            let structHash := keccak256(ATTESTATION, 0x160)
            // The quick path writes neither of these in full: they are left at nothing.
            mstore(add(ATTESTATION, 0x80), 0)
            mstore(add(ATTESTATION, 0xe0), 0)
            mstore(hash, structHash)
            mstore(0x00, practitioner)
            mstore(0x20, structHash)
            mstore(answer, keccak256(0x00, 0x40))
        }
        (cursor.hash, cursor.answer) = (hash + 32, answer + 32);
    }

    /// @dev Check and effect: an attestation's bit, and that of the one it supersedes; both or neither.
    function _spendOne(RollCursor memory cursor, uint64 sequence, uint64 supersedes) private returns (bytes4) {
        if (uint32(sequence) == 0 || (supersedes != 0 && uint32(supersedes) == 0)) {
            return Registry_SequenceInvalid.selector;
        }
        if (supersedes == sequence) return Registry_SupersedesItself.selector;
        if (supersedes != 0) {
            _turnTo(cursor, SpentBits.word(supersedes));
            bytes4 other = _liveness(cursor, supersedes);
            if (other != 0) return other;
        }
        _turnTo(cursor, SpentBits.word(sequence));
        bytes4 fault = _liveness(cursor, sequence);
        if (fault != 0) return fault;
        cursor.bits |= cursor.rank << (4 * (sequence & 63));
        if (supersedes != 0) {
            _turnTo(cursor, SpentBits.word(supersedes));
            cursor.bits |= cursor.rank << (4 * (supersedes & 63));
        }
        return 0;
    }

    function _liveness(RollCursor memory cursor, uint64 sequence) private pure returns (bytes4) {
        uint256 bits = cursor.bits >> (4 * (sequence & 63));
        if (bits & cursor.rank != 0) return Registry_BitSpent.selector;
        return bits & 8 != 0 ? Registry_AttestationRevoked.selector : bytes4(0);
    }

    /// @dev Writes the word that was read, where it changed, and reads another.
    function _turnTo(RollCursor memory cursor, uint256 word) private {
        if (cursor.word == word) return;
        _flush(cursor);
        uint256 words = cursor.words;
        uint256 slot;
        uint256 bits;
        assembly ("memory-safe") {
            mstore(0x00, word)
            mstore(0x20, words)
            slot := keccak256(0x00, 0x40)
            bits := sload(slot)
        }
        (cursor.word, cursor.slot, cursor.before, cursor.bits) = (word, slot, bits, bits);
    }

    /// @dev Writes the word of bits where it changed, and notes for this transaction what this book spent in it.
    function _flush(RollCursor memory cursor) private {
        (uint256 slot, uint256 bits) = (cursor.slot, cursor.bits);
        uint256 spent = bits ^ cursor.before;
        if (spent == 0) return;
        assembly ("memory-safe") {
            sstore(slot, bits)
            mstore(0x00, caller())
            mstore(0x20, slot)
            let note := keccak256(0x00, 0x40)
            tstore(note, or(tload(note), spent))
        }
        cursor.before = bits;
    }

    /// @dev Whose key must have signed a roll, or why it does not count: by its term, or by the credentials.
    function _standing(PackedRolls.Header memory roll, address provider, uint40 anchoredAt)
        private
        view
        returns (address key, bytes4 fault)
    {
        if (anchoredAt > roll.validUntil) return (address(0), Registry_AttestationExpired.selector);
        // Asked from outside, so that a refusal is an answer, and one set of checks serves both paths.
        try this.requireCredentials(roll.practitioner, provider, roll.serviceYear, anchoredAt / 1 days) returns (
            address found
        ) {
            key = found;
        } catch (bytes memory refusal) {
            fault = Refusals.selectorOf(refusal);
        }
    }

    function _isSigned(
        PackedRolls.Header memory roll, address key, bytes32 attestations, bytes calldata signature
    ) private view returns (bool) {
        bytes32 digest = _hashTypedDataV4(EvidenceTypes.hashRoll(roll.practitioner, attestations));
        return Signatures.isAccounts(key, digest, signature);
    }

    /// @dev Effect: takes back what a roll spent, if it did, and answers that each attestation failed for one reason.
    function _refuseAll(PackedRolls.Header memory roll, bytes32[] memory answers, bytes4 fault, bool spent)
        private
        returns (bytes32[] memory refused)
    {
        uint256 present = roll.present;
        assembly ("memory-safe") {
            // A word in front, where the answer's offset is written.
            mstore(0x40, add(mload(0x40), 0x20))
        }
        refused = new bytes32[](1 + 2 * present);
        refused[0] = bytes32(present);
        bool some = answers[0] != 0;
        for (uint256 i; i < present; ++i) {
            refused[1 + i] = answers[1 + i];
            refused[1 + present + i] = fault;
            if (spent && (!some || answers[1 + present + i] == 0)) _giveBack(roll, i);
        }
    }

    /// @dev Effect: takes back what this book spent, in this transaction, of one attestation of a roll.
    function _giveBack(PackedRolls.Header memory roll, uint256 index) private {
        (uint64 sequence, uint64 supersedes) = PackedRolls.sequenceAt(roll, index);
        _unspend(roll.practitioner, roll.rank, sequence);
        if (supersedes != 0) _unspend(roll.practitioner, roll.rank, supersedes);
    }

    function _unspend(uint32 practitioner, uint8 rank, uint64 sequence) private {
        uint256 bit = SpentBits.rankBit(rank, sequence);
        uint256 word = SpentBits.word(sequence);
        uint256 words = _wordsOf(practitioner);
        bool noted;
        assembly ("memory-safe") {
            mstore(0x00, word)
            mstore(0x20, words)
            let slot := keccak256(0x00, 0x40)
            mstore(0x00, caller())
            mstore(0x20, slot)
            let note := keccak256(0x00, 0x40)
            let spent := tload(note)
            noted := iszero(iszero(and(spent, bit)))
            if noted {
                tstore(note, xor(spent, bit))
                sstore(slot, xor(sload(slot), bit))
            }
        }
        if (!noted) revert Registry_NotSpentHere(practitioner, rank, sequence);
    }

    function _wordsOf(uint32 practitioner) private view returns (uint256 slot) {
        mapping(uint256 => uint256) storage words = _bits[practitioner];
        assembly ("memory-safe") {
            slot := words.slot
        }
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
