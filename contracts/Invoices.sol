// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {BookTypes} from "./libraries/BookTypes.sol";
import {ProviderInvoice} from "./types/SignedTypes.sol";

/// @title The room of the invoices: what a claim is called, and that its provider consents to it
abstract contract Invoices is IInsurerBook, EIP712 {
    using BookTypes for ProviderInvoice;

    uint8 private constant ORIGINAL = 1;

    constructor() EIP712("Claims Book", "1") {}

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

    /// @dev Check: the evidence is that which the invoice lists.
    function _checkAttestations(ProviderInvoice memory invoice, bytes32 presented) internal pure {
        if (invoice.attestations != presented) {
            revert Invoices_AttestationsMismatch(invoice.attestations, presented);
        }
    }
}
