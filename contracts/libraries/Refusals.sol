// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @title What a refused call says
library Refusals {
    /// @notice The call ended without an error of its own: for want of gas or depth. That is no answer, and nobody goes on.
    error Refusals_NoAnswer();

    /// @notice The selector of the error that a call was refused with.
    function selectorOf(bytes memory refusal) internal pure returns (bytes4 selector) {
        selector = bytes4(refusal);
        if (selector == 0) revert Refusals_NoAnswer();
    }
}
