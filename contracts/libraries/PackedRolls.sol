// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @title A signed roll of attestations as it travels in a batch
/// @notice Integers are big-endian. A roll is a header of 93 bytes and its entries:
///
///   0  practitioner   4     whose roll it is
///   4  serviceYear    2     of all attestations that are present
///   6  evidenceClass  1     likewise
///   7  rank           1     in which they are spent
///   8  validUntil     5     likewise
///  13  attestations   2     how many were signed
///  15  present        2     how many of them are present
///  17  firstSequence  8     of the first entry, where that does not say its own
///  25  signature     65     r ‖ s ‖ v of the practitioner's key over the whole roll
///  90  length         3     of the entries in bytes
///
/// An entry begins with a byte:
///
///   1  present, in short: a count 1, then so many times lineCount 1, subject 32, servicesRoot 32, contextRoot 32. Each has the
///      sequence after that of the one before, and supersedes nothing
///   2  present, in full: sequence 8, supersedes 8, lineCount 2, then the three words
///   3  absent: a count 1, then so many struct hashes; each counts as one sequence
///
/// Attestations of one roll that differ in year, class, rank or validUntil travel as two rolls, each absent in the other.
library PackedRolls {
    /// @notice The bytes are no roll: an unknown entry at an offset, or counts that do not agree (the offset is then the end).
    error PackedRolls_Malformed(uint256 offset);

    uint256 internal constant HEADER = 93;
    uint256 internal constant SHORT = 1;
    uint256 internal constant FULL = 2;
    uint256 internal constant ABSENT = 3;
    uint256 internal constant SHORT_SIZE = 97;

    /// @dev A header, taken apart. `entries` and `end` are places in calldata.
    struct Header {
        uint32 practitioner;
        uint32 serviceYear;
        uint8 evidenceClass;
        uint8 rank;
        uint40 validUntil;
        uint256 attestations;
        uint256 present;
        uint64 firstSequence;
        uint256 entries;
        uint256 end;
    }

    /// @notice Takes a header apart, and checks that the bytes end where the entries do.
    function read(bytes calldata packed) internal pure returns (Header memory header) {
        if (packed.length < HEADER) revert PackedRolls_Malformed(packed.length);
        uint256 word;
        uint256 length;
        uint256 entries;
        assembly ("memory-safe") {
            word := calldataload(packed.offset)
            entries := add(packed.offset, HEADER)
            length := shr(232, calldataload(sub(entries, 3)))
        }
        if (packed.length != HEADER + length) revert PackedRolls_Malformed(packed.length);
        header.practitioner = uint32(word >> 224);
        header.serviceYear = uint16(word >> 208);
        header.evidenceClass = uint8(word >> 200);
        header.rank = uint8(word >> 192);
        header.validUntil = uint40(word >> 152);
        header.attestations = uint16(word >> 136);
        header.present = uint16(word >> 120);
        header.firstSequence = uint64(word >> 56);
        header.entries = entries;
        header.end = entries + length;
    }

    /// @notice The signature in a packed roll.
    function signature(bytes calldata packed) internal pure returns (bytes calldata) {
        return packed[25:90];
    }

    /// @notice The sequence of a roll's present attestation, and that which it supersedes.
    /// @param index Among those present; the roll was walked before, so its entries are in order.
    function sequenceAt(Header memory header, uint256 index) internal pure returns (uint64 sequence, uint64 supersedes) {
        uint256 here = header.entries;
        unchecked {
            sequence = header.firstSequence - 1;
            while (here < header.end) {
                uint256 word;
                assembly ("memory-safe") {
                    word := calldataload(here)
                }
                uint256 kind = word >> 248;
                uint256 count = uint8(word >> 240);
                supersedes = 0;
                if (kind == FULL) {
                    (sequence, supersedes) = (uint64(word >> 184), uint64(word >> 120));
                    here += 19 + 96;
                } else if (kind == ABSENT) {
                    sequence += uint64(count);
                    here += 2 + 32 * count;
                    continue;
                } else if (index < count) {
                    return (sequence + 1 + uint64(index), 0);
                } else {
                    sequence += uint64(count);
                    index -= count;
                    here += 2 + SHORT_SIZE * count;
                    continue;
                }
                if (index == 0) return (sequence, supersedes);
                --index;
            }
        }
        revert PackedRolls_Malformed(header.end);
    }
}
