// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @title The bits of one practitioner's attestations
/// @notice A word holds 64 sequences of four bits: one for each rank, and one for a withdrawal, so that a withdrawal is one
/// bit and one word says all about a sequence.
library SpentBits {
    uint8 internal constant RANKS = 3;
    uint256 private constant REVOKED = 1 << RANKS;

    /// @notice The key of the word in which a sequence lies.
    function word(uint64 sequence) internal pure returns (uint256) {
        return sequence >> 6;
    }

    /// @notice The bit that is spent when a sequence pays in a rank.
    function rankBit(uint8 rank, uint64 sequence) internal pure returns (uint256) {
        return (1 << rank) << _shift(sequence);
    }

    /// @notice The bit that is set when a sequence is withdrawn.
    function revokedBit(uint64 sequence) internal pure returns (uint256) {
        return REVOKED << _shift(sequence);
    }

    function _shift(uint64 sequence) private pure returns (uint256) {
        return (sequence & 63) << 2;
    }
}
