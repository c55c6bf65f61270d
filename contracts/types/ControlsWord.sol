// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @notice The slot of {Controls}, read once and taken apart in the stack; its fields are in their places.
type ControlsWord is uint256;

using {epoch, claimCap, quorumAbove, quorum} for ControlsWord global;

function epoch(ControlsWord word) pure returns (uint32) {
    return uint32(ControlsWord.unwrap(word));
}

function claimCap(ControlsWord word) pure returns (uint64) {
    return uint64(ControlsWord.unwrap(word) >> 32);
}

function quorumAbove(ControlsWord word) pure returns (uint64) {
    return uint64(ControlsWord.unwrap(word) >> 96);
}

function quorum(ControlsWord word) pure returns (uint8) {
    return uint8(ControlsWord.unwrap(word) >> 160);
}
