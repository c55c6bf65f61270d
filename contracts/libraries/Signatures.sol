// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures of accounts and of ERC-1271 wallets
library Signatures {
    /// @dev Half the order of secp256k1: above it, every signature has a twin.
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @notice Whether a signature over a digest is the signer's.
    /// @dev The account's own signature comes first: it spares the look at the signer's code, and an account that
    /// delegates to code (EIP-7702) keeps its key.
    /// @param signer Not zero.
    function isValid(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (isAccounts(signer, digest, signature)) return true;
        return signer.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }

    /// @notice Whether a signature is that of the account's own key.
    /// @dev r, s and v in 65 bytes, s in the low half. The precompile answers nothing where v is neither 27 nor 28, or
    /// where no key made the signature.
    /// @param signer Not zero.
    function isAccounts(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool valid) {
        if (signature.length != 65) return false;
        assembly ("memory-safe") {
            if iszero(gt(calldataload(add(signature.offset, 0x20)), HALF_ORDER)) {
                let free := mload(0x40)
                mstore(free, digest)
                mstore(add(free, 0x20), byte(0, calldataload(add(signature.offset, 0x40))))
                calldatacopy(add(free, 0x40), signature.offset, 0x40)
                let answered := staticcall(gas(), 0x01, free, 0x80, free, 0x20)
                valid := and(and(answered, eq(returndatasize(), 0x20)), eq(mload(free), signer))
            }
        }
    }
}
