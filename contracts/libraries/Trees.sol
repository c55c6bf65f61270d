// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @title Trees of salted leaves
/// @dev Leaves and inner nodes are hashed under different first bytes, so that neither passes for the other.
library Trees {
    /// @notice A tree has at least one leaf.
    error Trees_Empty();

    /// @notice keccak256(0x00 ‖ salt ‖ path ‖ value).
    function leaf(bytes32 salt, bytes memory path, bytes memory value) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"00", salt, path, value));
    }

    /// @notice keccak256(0x01 ‖ left ‖ right).
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"01", left, right));
    }

    /// @notice The root over leaves in their order; an odd node is promoted to the next level as it is.
    function root(bytes32[] memory level) internal pure returns (bytes32) {
        uint256 width = level.length;
        if (width == 0) revert Trees_Empty();
        while (width > 1) {
            uint256 pairs = width / 2;
            for (uint256 i; i < pairs; ++i) {
                level[i] = node(level[2 * i], level[2 * i + 1]);
            }
            if (width % 2 == 1) level[pairs] = level[width - 1];
            width = pairs + (width % 2);
        }
        return level[0];
    }
}
