// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @title Hashes of arrays of structs, as EIP-712 has them: keccak256 of the concatenated struct hashes
/// @dev Flat, not a tree: an element cannot be taken for an inner node, and the length is that of the preimage.
library StructArrays {
    /// @notice An array of which every element is written before it is read: it is not cleared.
    function allocate(uint256 length) internal pure returns (bytes32[] memory hashes) {
        assembly ("memory-safe") {
            hashes := mload(0x40)
            mstore(hashes, length)
            mstore(0x40, add(hashes, shl(5, add(length, 1))))
        }
    }

    /// @notice Hash of an array that is given in full.
    function hash(bytes32[] memory hashes) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := keccak256(add(hashes, 0x20), shl(5, mload(hashes)))
        }
    }

    /// @notice Hash of an array of which one element was computed and the others were told.
    /// @param position Where the element stands; at most `siblings.length`, which the caller checks.
    function hashWith(bytes32 element, uint256 position, bytes32[] calldata siblings)
        internal
        pure
        returns (bytes32 result)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let head := shl(5, position)
            let size := shl(5, siblings.length)
            calldatacopy(free, siblings.offset, head)
            mstore(add(free, head), element)
            calldatacopy(add(add(free, head), 0x20), add(siblings.offset, head), sub(size, head))
            result := keccak256(free, add(size, 0x20))
        }
    }
}
