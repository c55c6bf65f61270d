// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @notice A policy's slot, read once and taken apart in the stack; its fields are those of {Policy}, in their places.
type PolicyWord is uint256;

using {limit, paid, reserve, year, endDay, ranks, mark, isMarked, drawn, marked} for PolicyWord global;

/// @dev How many marks a policy has.
uint256 constant MARKS = 24;

function limit(PolicyWord word) pure returns (uint64) {
    return uint64(PolicyWord.unwrap(word));
}

function paid(PolicyWord word) pure returns (uint64) {
    return uint64(PolicyWord.unwrap(word) >> 64);
}

function reserve(PolicyWord word) pure returns (uint64) {
    return uint64(PolicyWord.unwrap(word) >> 192);
}

function year(PolicyWord word) pure returns (uint16) {
    return uint16(PolicyWord.unwrap(word) >> 128);
}

function endDay(PolicyWord word) pure returns (uint16) {
    return uint16(PolicyWord.unwrap(word) >> 144);
}

function ranks(PolicyWord word) pure returns (uint8) {
    return uint8(PolicyWord.unwrap(word) >> 160);
}

/// @dev The bit of a claim's mark, in its place in the word.
function mark(PolicyWord, bytes32 claim) pure returns (uint256) {
    return 1 << (168 + uint256(claim) % MARKS);
}

function isMarked(PolicyWord word, bytes32 claim) pure returns (bool) {
    return PolicyWord.unwrap(word) & word.mark(claim) != 0;
}

function marked(PolicyWord word, bytes32 claim) pure returns (PolicyWord) {
    return PolicyWord.wrap(PolicyWord.unwrap(word) | word.mark(claim));
}

/// @dev paid + cents and reserve − cents: both were checked, so nothing is carried between the fields.
function drawn(PolicyWord word, uint64 cents) pure returns (PolicyWord) {
    unchecked {
        return PolicyWord.wrap(PolicyWord.unwrap(word) + (uint256(cents) << 64) - (uint256(cents) << 192));
    }
}
