// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Claims} from "./Claims.sol";
import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {BookTypes} from "./libraries/BookTypes.sol";
import {PackedRolls} from "./libraries/PackedRolls.sol";
import {Refusals} from "./libraries/Refusals.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {StructArrays} from "./libraries/StructArrays.sol";
import {ControlsWord} from "./types/ControlsWord.sol";
import {PolicyWord} from "./types/PolicyWord.sol";
import {BatchTerms} from "./types/SignedTypes.sol";

/// @title The room of the batches: many claims at once, each under every check of a claim alone
/// @notice Integers are big-endian. The packed bytes begin with how many groups (2) and parts (2) there are and how many bytes
/// the amounts of the payments take in the events at most (3). The groups follow. A group is what one provider anchored in one roll of
/// invoices; its header is a part:
///
///   0  provider   20
///  20  roll       32     hashStruct(InvoiceRoll), as anchored
///  52  documents  32     of that roll
///  84  nonce       8     of that roll
///  92  invoices    2     how many were anchored
///  94  held        2     how many attestations are held for claims that list several
///  96  sections    2     how many follow
///
/// A section is a part too: a roll of attestations as {PackedRolls} lays it out, the length of its claims (3), and its claims.
/// What follows begins with a byte:
///
///   1  narrow claims: a count 1, then so many times policy 4, billed 3, paid 3, patient 3. Each lists the section's next
///      attestation; allowed = paid + patient, and no other payer pays
///   2  a wide claim: policy 8, billed 8, allowed 8, otherPayer 8, paid 8, patient 8. It lists the section's next attestation
///   3  a claim of several: a count 1, so many places among those held (2 each), then as the wide one
///   4  hold: the section's next attestation is held for a claim of several, in this section or a later one of the group
///   5  absent invoices: a count 1, then so many claim ids that are not settled now
///
/// Claims stand in the order of the invoices in their roll; what is absent stands in its place. The invoices are originals, and
/// the decisions approve them in their first revision. An attestation that is present is listed by one claim.
/// @dev The adjudicators sign the parts as they are sent, so the services that they decided on are those attested here, and no
/// decision is hashed claim by claim. Places in an array only grow, so nothing in it is written twice, and every array ends
/// where it should or the whole is refused.
abstract contract Batches is Claims {
    uint256 private constant GROUP_HEADER = 98;
    uint256 private constant NARROW = 1;
    uint256 private constant WIDE = 2;
    uint256 private constant SEVERAL = 3;
    uint256 private constant HOLD = 4;
    uint256 private constant ABSENT_INVOICES = 5;
    uint256 private constant MOST_EVIDENCE = 16;
    /// @dev An amount of three bytes that says that six more follow.
    uint256 private constant LONG_AMOUNT = 0xffffff;

    /// @dev How far a batch came. Places are in calldata or memory. It lies in memory at a fixed place, and behind it the invoice
    /// that is hashed, so that the quick path names their words.
    struct Cursor {
        uint256 here; // 0x000: next byte of the claims
        uint256 left; // 0x020: how many narrow claims are left of those that were announced
        uint256 answer; // 0x040: the digest of the section's next attestation
        uint256 invoiceAt; // 0x060: where the next claim id is written
        uint256 amountAt; // 0x080: where the next amount is written
        uint256 gross; // 0x0a0: cents of the payment so far
        uint256 seen; // 0x0c0: the bits of a policy's slot that decide whether it covers plainly
        uint256 sought; // 0x0e0: what they have to be: the year, no end, the rank, and no claim with a slot
        uint256 plainCap; // 0x100: the most that a claim is paid with so many approvals and an amount of three bytes
        uint256 index; // 0x120: of the next claim in the batch
        uint256 cap;
        uint256 claimCap;
        uint256 year;
        uint256 rank;
        uint256 evidenceClass;
        bytes32 batch;
        bytes32 first; // the payment's first claim
        uint256 firstIndex;
        uint256 partAt; // where the hash of the next part is written
        uint256 faults; // the section's faults, or 0 where nothing failed
        uint256 answers; // where the section's digests begin
        uint256 rollAt;
        uint256 rollLength;
        uint256 held; // where the group's held attestations begin
        uint256 heldAt;
        uint256 listed; // of the held
    }

    uint256 private constant CURSOR = 0x800;
    uint256 private constant INVOICE = 0xc00;
    uint256 private constant PARTS = 0xd00;
    uint256 private constant NARROW_SIZE = 13;

    /// @dev An attestation that waits for its claim.
    struct Held {
        bytes32 digest;
        bytes4 fault;
        uint256 year;
        uint256 rank;
        uint256 evidenceClass;
        uint256 rollAt;
        uint256 rollLength;
        uint256 index;
    }

    uint256 private constant HELD_SIZE = 8 * 32;

    /// @dev A claim, taken apart, and what backs it.
    struct Entry {
        uint64 policy;
        uint64 billed;
        uint64 allowed;
        uint64 otherPayer;
        uint64 paid;
        uint64 patient;
        bytes32 attestations;
        bytes4 fault;
        uint256 places; // in calldata, of those held
        uint256 count;
    }

    /// @dev What one provider is paid: the amounts lie from `from` to `to` in memory.
    struct Payment {
        address provider;
        bytes32 first;
        uint256 firstIndex;
        uint64 gross;
        uint256 from;
        uint256 to;
    }

    // -- Acts ---------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function settleBatch(BatchTerms calldata terms, bytes calldata packed) external virtual {
        // Check: who approves, how much, and until when.
        uint256 parts = uint16(_word(_start(packed)) >> 224);
        Cursor memory cursor = _begin(parts, uint24(_word(_start(packed)) >> 200));
        if (block.timestamp > terms.deadline) revert Claims_DeadlinePassed(terms.deadline);
        ControlsWord limits = _checkAdjudicators(terms.approvals, terms.epoch);
        bool few = terms.approvals.length < limits.quorum() && limits.quorumAbove() < limits.claimCap();
        (cursor.claimCap, cursor.cap) = (limits.claimCap(), few ? limits.quorumAbove() : limits.claimCap());
        cursor.plainCap = cursor.cap < LONG_AMOUNT ? cursor.cap : LONG_AMOUNT - 1;
        cursor.batch = terms.batch;

        // Check and effect, claim by claim. Nobody but the registry is called.
        uint256 amounts = cursor.amountAt;
        (Payment[] memory payments, uint256 count) = _settleGroups(cursor, packed);

        // Check: the adjudicators signed these very parts.
        if (
            cursor.partAt != PARTS + 32 * parts || cursor.amountAt - amounts > uint24(_word(_start(packed)) >> 200)
        ) revert Batches_Malformed(packed.length);
        _checkSigned(terms, parts);

        for (uint256 i; i < count; ++i) {
            _payOut(terms.batch, payments[i]);
        }
    }

    /// @inheritdoc IInsurerBook
    function requirePayable(uint64 policy, uint32 serviceYear, uint8 rank, uint64 cents) external view {
        PolicyWord word = _policyWord(policy);
        _checkCover(policy, word, serviceYear, rank);
        if (cents != 0) _checkDraw(policy, word, cents);
    }

    // -- The whole ----------------------------------------------------------------------------------------------------

    /// @dev Lays out memory: the cursor, the invoice that is hashed, the hashes of the parts, the amounts of the payments.
    function _begin(uint256 parts, uint256 size) private pure returns (Cursor memory cursor) {
        bytes32 invoiceType = BookTypes.PROVIDER_INVOICE;
        uint256 original = ORIGINAL;
        bool fits;
        assembly ("memory-safe") {
            fits := iszero(gt(mload(0x40), CURSOR))
            let amounts := add(PARTS, shl(5, parts))
            // An amount is written as a word, of which its bytes are the first.
            mstore(0x40, and(add(add(amounts, size), 63), not(31)))
            calldatacopy(CURSOR, calldatasize(), sub(PARTS, CURSOR))
            cursor := CURSOR
            mstore(INVOICE, invoiceType)
            mstore(add(INVOICE, 0xe0), original)
            mstore(add(CURSOR, 0x080), amounts)
        }
        assert(fits);
        cursor.partAt = PARTS;
    }

    /// @return payments Of which `count` are filled in: neighbouring groups of one provider are paid together.
    function _settleGroups(Cursor memory cursor, bytes calldata packed)
        private
        returns (Payment[] memory payments, uint256 count)
    {
        uint256 here = _start(packed);
        uint256 groups = _word(here) >> 240;
        here += 7;
        payments = new Payment[](groups);
        for (uint256 i; i < groups; ++i) {
            address provider = address(uint160(_word(here) >> 96));
            if (count == 0 || payments[count - 1].provider != provider) {
                Payment memory opened;
                (opened.provider, opened.from) = (provider, cursor.amountAt);
                payments[count++] = opened;
                (cursor.gross, cursor.first) = (0, 0);
            }
            here = _settleGroup(cursor, provider, here);
            Payment memory payment = payments[count - 1];
            (payment.first, payment.firstIndex) = (cursor.first, cursor.firstIndex);
            (payment.gross, payment.to) = (uint64(cursor.gross), cursor.amountAt);
        }
        if (here != _start(packed) + packed.length) revert Batches_Malformed(packed.length);
    }

    function _checkSigned(BatchTerms calldata terms, uint256 parts) private view {
        bytes32 array;
        assembly ("memory-safe") {
            array := keccak256(PARTS, shl(5, parts))
        }
        bytes32 digest = _hashTypedDataV4(
            BookTypes.hashSettlement(
                array, terms.traces, terms.rulePack, terms.epoch, terms.deadline, terms.batch
            )
        );
        for (uint256 i; i < terms.approvals.length; ++i) {
            address adjudicator = terms.approvals[i].adjudicator;
            if (!Signatures.isAccounts(adjudicator, digest, terms.approvals[i].signature)) {
                revert Claims_SignatureInvalid(adjudicator);
            }
        }
    }

    /// @dev Event, effect and interaction: what the provider owes is kept, the rest paid.
    function _payOut(bytes32 batch, Payment memory payment) private {
        uint256 length = payment.to - payment.from;
        if (length == 0) return;
        bytes memory amounts = new bytes(length);
        uint256 from = payment.from;
        assembly ("memory-safe") {
            mcopy(add(amounts, 0x20), from, length)
        }
        bytes32 id = paymentIdOf(batch, payment.first);
        emit BatchPaid(batch, id, payment.provider, payment.gross, payment.firstIndex, amounts);
        uint64 rest = _net(id, payment.provider, payment.gross);
        if (rest != 0) _pay(id, payment.provider, rest);
    }

    // -- A group ------------------------------------------------------------------------------------------------------

    /// @return next Where the next group begins.
    function _settleGroup(Cursor memory cursor, address provider, uint256 here) private returns (uint256 next) {
        bytes32 roll = bytes32(_word(here + 20));
        uint40 anchored = _checkAnchored(provider, roll);
        uint256 counts = _word(here + 92);
        uint256 invoices;
        uint256 zone;
        {
            uint256 size = uint16(counts >> 240) * 32;
            uint256 held = uint16(counts >> 224) * HELD_SIZE;
            assembly ("memory-safe") {
                zone := mload(0x40)
                invoices := zone
                mstore(0x40, add(add(zone, size), held))
                mstore(add(INVOICE, 0x20), provider)
            }
            (cursor.invoiceAt, cursor.held, cursor.heldAt, cursor.listed) = (invoices, zone + size, zone + size, 0);
        }
        _addPart(cursor, here, GROUP_HEADER);
        next = here + GROUP_HEADER;
        for (uint256 sections = uint16(counts >> 208); sections != 0; --sections) {
            next = _settleSection(cursor, provider, anchored, next);
        }

        // Check: the roll is whole, and every attestation that was held is listed.
        uint256 count = uint16(counts >> 240);
        uint256 heldCount = uint16(counts >> 224);
        if (
            cursor.invoiceAt != invoices + 32 * count || cursor.heldAt != cursor.held + HELD_SIZE * heldCount
                || cursor.listed != heldCount
        ) revert Batches_Malformed(next);
        bytes32 array;
        assembly ("memory-safe") {
            array := keccak256(invoices, shl(5, count))
            // What the group left in memory is not needed any more.
            mstore(0x40, zone)
        }
        bytes32 presented = BookTypes.hashRoll(array, bytes32(_word(here + 52)), uint64(_word(here + 84) >> 192));
        if (presented != roll) revert Invoices_RollMismatch(roll, presented);
    }

    // -- A section ----------------------------------------------------------------------------------------------------

    /// @return next Where the next section begins.
    function _settleSection(Cursor memory cursor, address provider, uint40 anchored, uint256 here)
        private
        returns (uint256 next)
    {
        uint256 zone;
        assembly ("memory-safe") {
            zone := mload(0x40)
        }
        uint256 header = _word(here);
        uint256 length = PackedRolls.HEADER + (_word(here + 90) >> 232);
        (cursor.rollAt, cursor.rollLength) = (here, length);
        (cursor.year, cursor.evidenceClass, cursor.rank) =
            (uint16(header >> 208), uint8(header >> 200), uint8(header >> 192));
        uint256 start = here + length + 3;
        next = start + (_word(start - 3) >> 232);
        uint256 answer = _consumeRoll(cursor, provider, anchored, next - here);
        uint256 answered = answer + 32 * uint16(header >> 120);
        {
            (uint256 year, uint256 rank) = (cursor.year, cursor.rank);
            // Year and end day, the rank's bit, and every mark of a claim that has a slot.
            cursor.sought = (year << 128) | (1 << (160 + rank));
            cursor.seen = (0xffffffff << 128) | (1 << (160 + rank)) | (0xffffff << 168);
            assembly ("memory-safe") {
                mstore(add(INVOICE, 0x60), rank)
            }
        }
        (cursor.here, cursor.answer, cursor.answers) = (start, answer, answer);
        while (cursor.here < next) {
            // A payment's first claim, and whatever is not plain, goes the long way.
            if (cursor.left != 0 && cursor.faults == 0 && cursor.first != 0) _settlePlain();
            if (cursor.here < next) _settleNext(cursor);
        }
        if (cursor.here != next || cursor.left != 0 || cursor.answer != answered) revert Batches_Malformed(cursor.here);
        assembly ("memory-safe") {
            mstore(0x40, zone)
        }
    }

    /// @dev `registry.consumeRoll`, with the roll handed on as it lies in calldata, and its answer read where it lands. The
    /// section is hashed on the way.
    /// @return answer Where the digests begin.
    function _consumeRoll(Cursor memory cursor, address provider, uint40 anchored, uint256 size)
        private
        returns (uint256 answer)
    {
        address target = address(registry);
        bytes4 selector = IRegistry.consumeRoll.selector;
        (uint256 here, uint256 length, uint256 partAt) = (cursor.rollAt, cursor.rollLength, cursor.partAt);
        uint256 failed;
        uint256 faults;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, selector)
            mstore(add(free, 0x04), provider)
            mstore(add(free, 0x24), anchored)
            mstore(add(free, 0x44), 0x60)
            mstore(add(free, 0x64), length)
            calldatacopy(add(free, 0x84), here, size)
            mstore(partAt, keccak256(add(free, 0x84), size))
            // The registry has code, as the constructor saw; it answers an array or reverts.
            let success := call(gas(), target, 0, free, add(0x84, length), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if iszero(success) { revert(free, returndatasize()) }
            mstore(0x40, add(free, returndatasize()))
            failed := mload(add(free, 0x40))
            answer := add(free, 0x60)
            faults := add(answer, shl(5, and(shr(120, calldataload(here)), 0xffff)))
        }
        cursor.partAt = partAt + 32;
        cursor.faults = failed == 0 ? 0 : faults;
    }

    // -- A claim ------------------------------------------------------------------------------------------------------

    /// @dev Settles narrow claims as long as nothing is the matter with them, and stops before the first of which this is not
    /// so. It does what {_settleNext} does, in fewer steps.
    function _settlePlain() private {
        uint256 policies = POLICIES;
        assembly ("memory-safe") {
            let here := mload(CURSOR)
            let answer := mload(add(CURSOR, 0x40))
            // A claim's id is written as far from its attestation's digest as the one before.
            let apart := sub(mload(add(CURSOR, 0x60)), answer)
            let amountAt := mload(add(CURSOR, 0x80))
            let gross := mload(add(CURSOR, 0xa0))
            let end := add(here, mul(mload(add(CURSOR, 0x20)), NARROW_SIZE))
            for {} lt(here, end) {} {
                // Policy and charge are the last bytes of their words, of which the others are never written.
                calldatacopy(add(INVOICE, 0x5c), here, 4)
                calldatacopy(add(INVOICE, 0xbd), add(here, 4), 3)
                let paid := shr(232, calldataload(add(here, 7)))
                // The policy, and its slot with the payment drawn: a reserve that is too small makes the difference wrap. A
                // reserve is never more than what the limit leaves, so it alone is asked.
                let policy := add(policies, mload(add(INVOICE, 0x40)))
                let word := sload(policy)
                let drawn := sub(word, mul(paid, 0xffffffffffffffffffffffffffffffff0000000000000000))
                if or(
                    or(xor(and(word, mload(add(CURSOR, 0xc0))), mload(add(CURSOR, 0xe0))), gt(drawn, word)),
                    or(
                        gt(add(paid, shr(232, calldataload(add(here, 10)))), mload(add(INVOICE, 0xa0))),
                        gt(paid, mload(add(CURSOR, 0x100)))
                    )
                ) { break }
                sstore(policy, drawn)
                // The invoice: its attestations are one digest.
                mstore(add(INVOICE, 0x80), keccak256(answer, 0x20))
                mstore(add(answer, apart), keccak256(INVOICE, 0x100))
                mstore(amountAt, shl(232, paid))

                gross := add(gross, paid)
                here := add(here, NARROW_SIZE)
                answer := add(answer, 0x20)
                amountAt := add(amountAt, 3)
            }
            let left := div(sub(end, here), NARROW_SIZE)
            mstore(add(CURSOR, 0x120), add(mload(add(CURSOR, 0x120)), sub(mload(add(CURSOR, 0x20)), left)))
            mstore(add(CURSOR, 0x20), left)
            mstore(CURSOR, here)
            mstore(add(CURSOR, 0x40), answer)
            mstore(add(CURSOR, 0x60), add(answer, apart))
            mstore(add(CURSOR, 0x80), amountAt)
            mstore(add(CURSOR, 0xa0), gross)
        }
    }

    /// @dev Settles what comes next, whatever it is.
    function _settleNext(Cursor memory cursor) private {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        uint256 kind = cursor.left != 0 ? 0 : _word(cursor.here) >> 248;
        if (kind == NARROW) {
            (cursor.left, cursor.here) = (uint8(_word(cursor.here) >> 240), cursor.here + 2);
        } else if (kind == HOLD) {
            _hold(cursor);
        } else if (kind == ABSENT_INVOICES) {
            (cursor.here, cursor.invoiceAt) = _copyAbsent(cursor.here, cursor.invoiceAt);
        } else {
            Entry memory entry = _read(cursor, kind);
            bytes32 claim = _write(cursor, entry);
            bytes4 fault = _faultOf(cursor, entry, claim);
            if (fault == 0) _approve(cursor, entry, claim);
            else _skip(cursor, entry, fault);
            ++cursor.index;
        }
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }

    /// @param kind 0 for one of the narrow claims that were announced.
    function _read(Cursor memory cursor, uint256 kind) private pure returns (Entry memory entry) {
        uint256 here = cursor.here;
        if (kind == SEVERAL) {
            entry.count = uint8(_word(here) >> 240);
            entry.places = here + 2;
            here += 2 + 2 * entry.count;
            if (entry.count == 0 || entry.count > MOST_EVIDENCE) revert IRegistry.Registry_EvidenceCount(entry.count);
            _list(cursor, entry);
        } else {
            if (kind == WIDE) ++here;
            else if (cursor.left == 0) revert Batches_Malformed(here);
            _listNext(cursor, entry);
        }
        uint256 word = _word(here);
        if (kind == 0) {
            --cursor.left;
            (entry.policy, entry.billed) = (uint32(word >> 224), uint24(word >> 200));
            (entry.paid, entry.patient) = (uint24(word >> 176), uint24(word >> 152));
            entry.allowed = entry.paid + entry.patient;
            cursor.here = here + NARROW_SIZE;
        } else {
            (entry.policy, entry.billed) = (uint64(word >> 192), uint64(word >> 128));
            (entry.allowed, entry.otherPayer) = (uint64(word >> 64), uint64(word));
            word = _word(here + 32);
            (entry.paid, entry.patient) = (uint64(word >> 192), uint64(word >> 128));
            if (entry.paid > type(uint48).max) revert Batches_Malformed(here);
            cursor.here = here + 48;
        }
    }

    /// @dev The section's next attestation is the claim's only one.
    function _listNext(Cursor memory cursor, Entry memory entry) private pure {
        bytes32 digest;
        (digest, entry.fault) = _next(cursor);
        assembly ("memory-safe") {
            mstore(0x00, digest)
            digest := keccak256(0x00, 0x20)
        }
        entry.attestations = digest;
    }

    /// @dev The claim lists attestations that are held, each for the first time. They lie in one year and bear one class, as this
    /// section does.
    function _list(Cursor memory cursor, Entry memory entry) private pure {
        bytes32[] memory digests = StructArrays.allocate(entry.count);
        for (uint256 i; i < entry.count; ++i) {
            Held memory held = _heldAt(cursor, entry, i);
            if (held.digest == 0) revert Batches_Malformed(entry.places + 2 * i);
            if (held.year != cursor.year) revert IRegistry.Registry_YearMismatch(uint32(cursor.year), uint32(held.year));
            if (held.evidenceClass != cursor.evidenceClass) {
                revert IRegistry.Registry_ClassMismatch(uint8(cursor.evidenceClass), uint8(held.evidenceClass));
            }
            if (held.rank != cursor.rank) revert IRegistry.Registry_RankInvalid(uint8(held.rank));
            if (entry.fault == 0) entry.fault = held.fault;
            (digests[i], held.digest) = (held.digest, 0);
        }
        cursor.listed += entry.count;
        entry.attestations = StructArrays.hash(digests);
    }

    function _hold(Cursor memory cursor) private pure {
        Held memory held;
        uint256 place = cursor.heldAt;
        assembly ("memory-safe") {
            held := place
        }
        held.index = _taken(cursor);
        (held.digest, held.fault) = _next(cursor);
        (held.year, held.rank, held.evidenceClass) = (cursor.year, cursor.rank, cursor.evidenceClass);
        (held.rollAt, held.rollLength) = (cursor.rollAt, cursor.rollLength);
        cursor.heldAt = place + HELD_SIZE;
        ++cursor.here;
    }

    function _heldAt(Cursor memory cursor, Entry memory entry, uint256 index) private pure returns (Held memory held) {
        uint256 place = cursor.held + (_word(entry.places + 2 * index) >> 240) * HELD_SIZE;
        if (place >= cursor.heldAt) revert Batches_Malformed(entry.places + 2 * index);
        assembly ("memory-safe") {
            held := place
        }
    }

    /// @dev Takes the section's next attestation.
    function _next(Cursor memory cursor) private pure returns (bytes32 digest, bytes4 fault) {
        (uint256 answer, uint256 faults, uint256 taken) = (cursor.answer, cursor.faults, _taken(cursor));
        assembly ("memory-safe") {
            digest := mload(answer)
            if faults { fault := mload(add(faults, shl(5, taken))) }
        }
        cursor.answer = answer + 32;
    }

    /// @dev Writes the claim's id into its array.
    function _write(Cursor memory cursor, Entry memory entry) private pure returns (bytes32 claim) {
        (uint256 policy, uint256 billed, bytes32 attestations) = (entry.policy, entry.billed, entry.attestations);
        uint256 invoiceAt = cursor.invoiceAt;
        assembly ("memory-safe") {
            mstore(add(INVOICE, 0x40), policy)
            mstore(add(INVOICE, 0x80), attestations)
            mstore(add(INVOICE, 0xa0), billed)
            claim := keccak256(INVOICE, 0x100)
            mstore(invoiceAt, claim)
            // The quick path writes the last bytes of these words alone: the others are left at nothing.
            mstore(add(INVOICE, 0x40), 0)
            mstore(add(INVOICE, 0xa0), 0)
        }
        cursor.invoiceAt = invoiceAt + 32;
    }

    /// @dev Why a claim is not paid now, or 0; in the order in which a claim alone is checked.
    function _faultOf(Cursor memory cursor, Entry memory entry, bytes32 claim) private view returns (bytes4) {
        if (_isOpen(_policyWord(entry.policy), claim)) return Claims_AlreadySubmitted.selector;
        if (entry.paid > cursor.claimCap) return Claims_CapExceeded.selector;
        if (entry.paid > cursor.cap) return Claims_QuorumMissing.selector;
        if (entry.paid > entry.allowed) return Claims_PaidAboveAllowed.selector;
        if (entry.allowed > entry.billed) return Claims_AllowedAboveBilled.selector;
        if (uint256(entry.paid) + entry.otherPayer + entry.patient > entry.billed) return Claims_SharesAboveBilled.selector;
        if (entry.fault != 0) return entry.fault;
        // Asked from outside, so that a refusal is an answer.
        try this.requirePayable(entry.policy, uint32(cursor.year), uint8(cursor.rank), entry.paid) {
            return 0;
        } catch (bytes memory refusal) {
            return Refusals.selectorOf(refusal);
        }
    }

    function _approve(Cursor memory cursor, Entry memory entry, bytes32 claim) private {
        if (entry.paid != 0) _draw(entry.policy, _policyWord(entry.policy), entry.paid);
        if (cursor.first == 0) (cursor.first, cursor.firstIndex) = (claim, cursor.index);
        uint256 amountAt = cursor.amountAt;
        bool long = entry.paid >= LONG_AMOUNT;
        uint256 amount = long ? (LONG_AMOUNT << 232) | (uint256(entry.paid) << 184) : uint256(entry.paid) << 232;
        assembly ("memory-safe") {
            mstore(amountAt, amount)
        }
        cursor.amountAt = amountAt + (long ? 9 : 3);
        cursor.gross += entry.paid;
    }

    /// @dev The claim's evidence, where it was spent, is given back.
    function _skip(Cursor memory cursor, Entry memory entry, bytes4 fault) private {
        emit Skipped(cursor.batch, cursor.index, fault);
        if (entry.count == 0) {
            if (entry.fault == 0) registry.giveBack(_slice(cursor.rollAt, cursor.rollLength), _taken(cursor) - 1);
            return;
        }
        for (uint256 i; i < entry.count; ++i) {
            Held memory held = _heldAt(cursor, entry, i);
            if (held.fault == 0) registry.giveBack(_slice(held.rollAt, held.rollLength), held.index);
        }
    }

    // -- Small things -------------------------------------------------------------------------------------------------

    /// @dev How many of the section's attestations were taken.
    function _taken(Cursor memory cursor) private pure returns (uint256) {
        return (cursor.answer - cursor.answers) / 32;
    }

    /// @dev Hashes a part and writes the hash into the array that is signed.
    function _addPart(Cursor memory cursor, uint256 here, uint256 length) private pure {
        uint256 partAt = cursor.partAt;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, here, length)
            mstore(partAt, keccak256(free, length))
        }
        cursor.partAt = partAt + 32;
    }

    /// @dev Where bytes begin in calldata.
    function _start(bytes calldata packed) private pure returns (uint256 here) {
        assembly ("memory-safe") {
            here := packed.offset
        }
    }

    function _copyAbsent(uint256 from, uint256 to) private pure returns (uint256, uint256) {
        uint256 count = uint8(_word(from) >> 240);
        assembly ("memory-safe") {
            calldatacopy(to, add(from, 2), shl(5, count))
        }
        return (from + 2 + 32 * count, to + 32 * count);
    }

    function _word(uint256 here) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(here)
        }
    }

    function _slice(uint256 here, uint256 length) private pure returns (bytes calldata slice) {
        assembly ("memory-safe") {
            slice.offset := here
            slice.length := length
        }
    }
}
