// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A wallet that acts while it is asked for its signature
/// @dev It signs everything, provided that its act was refused: what it signed was then accepted without the act.
contract ReentrantWallet {
    uint256 private constant GAS = 300_000;

    address private _target;
    bytes private _data;

    /// @notice Plans the act.
    function plan(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// @notice ERC-1271's question.
    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        (bool success,) = _target.call{gas: GAS}(_data);
        return success ? bytes4(0xffffffff) : IERC1271.isValidSignature.selector;
    }
}
