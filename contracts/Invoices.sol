// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Debts} from "./Debts.sol";
import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {BookTypes} from "./libraries/BookTypes.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {ProviderInvoice} from "./types/SignedTypes.sol";

/// @title The room of the invoices: what a claim is called, and that its provider consents to it
abstract contract Invoices is Debts, EIP712 {
    using BookTypes for ProviderInvoice;

    uint8 internal constant ORIGINAL = 1;

    /// @dev By provider first: else anybody could anchor another's roll as its own before the other does.
    mapping(address provider => mapping(bytes32 roll => uint40 at)) private _anchors;

    constructor() EIP712("Claims Book", "1") {}

    /// @inheritdoc IInsurerBook
    function anchor(address provider, bytes32 invoices, bytes32 documents, uint64 nonce, bytes calldata signature)
        external virtual
        returns (bytes32 roll)
    {
        // Check: the provider sends or signed it, and it is new. What is anchored stays as it was, its time above all.
        roll = BookTypes.hashRoll(invoices, documents, nonce);
        if (_anchors[provider][roll] != 0) revert Invoices_AlreadyAnchored(roll);
        if (msg.sender != provider && !Signatures.isValid(provider, _hashTypedDataV4(roll), signature)) {
            revert Invoices_SignatureInvalid(provider);
        }

        // Effect.
        _anchors[provider][roll] = uint40(block.timestamp);
        emit Anchored(roll, provider, nonce);
    }

    /// @inheritdoc IInsurerBook
    function anchoredAt(address provider, bytes32 roll) external view returns (uint40) {
        return _anchors[provider][roll];
    }

    /// @inheritdoc IInsurerBook
    function claimIdOf(ProviderInvoice calldata invoice) external pure returns (bytes32) {
        return invoice.hash();
    }

    /// @inheritdoc IInsurerBook
    // forge-lint: disable-next-line(mixed-case-function)
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @dev Check: the provider itself sends an original claim. Sending is its consent to the charge.
    function _checkConsent(ProviderInvoice memory invoice) internal view {
        if (msg.sender != invoice.provider) revert Invoices_SenderNotProvider(msg.sender, invoice.provider);
        if (invoice.frequency != ORIGINAL) revert Invoices_FrequencyUnsupported(invoice.frequency);
        if (invoice.replaces != 0) revert Invoices_ReplacesUnexpected(invoice.replaces);
    }

    /// @dev Check: a provider anchored a roll, and so consented to each of its invoices.
    /// @return since Unix seconds.
    function _checkAnchored(address provider, bytes32 roll) internal view returns (uint40 since) {
        since = _anchors[provider][roll];
        if (since == 0) revert Invoices_NotAnchored(provider, roll);
    }

    /// @dev Check: the evidence is that which the invoice lists.
    function _checkAttestations(ProviderInvoice memory invoice, bytes32 presented) internal pure {
        if (invoice.attestations != presented) {
            revert Invoices_AttestationsMismatch(invoice.attestations, presented);
        }
    }
}
