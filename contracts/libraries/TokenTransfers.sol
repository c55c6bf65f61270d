// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IInsurerBook} from "../interfaces/IInsurerBook.sol";

/// @title Transfers that may fail without stopping the caller
library TokenTransfers {
    /// @notice The most gas a transfer may burn: no payee and no token can exhaust the transaction.
    uint256 internal constant GAS = 200_000;

    /// @notice Transfers and says whether it went through: the call succeeded and returned nothing, or a word that is 1.
    /// @dev At most one word of the answer is copied, whatever its length. A failure counts only where the token had its
    /// full gas; else a sender could starve the transfer and have the payee credited instead of paid.
    /// The token must have code, which the caller knows.
    function tryTransfer(IERC20 token, address to, uint256 amount) internal returns (bool done) {
        uint256 left = gasleft();
        bytes4 selector = IERC20.transfer.selector;
        uint256 limit = GAS;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, selector)
            mstore(add(free, 0x04), to)
            mstore(add(free, 0x24), amount)
            let success := call(limit, token, 0, free, 0x44, 0x00, 0x20)
            done :=
                and(success, or(iszero(returndatasize()), and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1))))
        }
        // The call costs up to 2,600 for the cold account; a call is given at most 63/64 of what is left after it.
        uint256 needed = GAS + GAS / 63 + 5_000;
        if (!done && left < needed) revert IInsurerBook.Treasury_GasShort(left, needed);
    }
}
