// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {Batches} from "./Batches.sol";
import {Claims} from "./Claims.sol";
import {Debts} from "./Debts.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Invoices} from "./Invoices.sol";
import {Policies} from "./Policies.sol";
import {Treasury} from "./Treasury.sol";
import {BatchTerms, Evidence, EvidenceReference, ProviderInvoice, SignedDecision} from "./types/SignedTypes.sol";

/// @title The acts of a book that are seldom done, in code of their own
/// @notice A contract has room for 24,576 bytes. A book therefore keeps here what the insurer does, and what is done to a claim
/// after its payment, and has it done in its own name (by delegatecall). It makes its office itself, once.
/// @dev Both inherit the same rooms in the same order, so both lay out their storage alike. What the book does itself is
/// refused here.
contract Office is Batches {
    /// @notice The book does this itself.
    error Office_NotHere();

    constructor(
        address insurer,
        IRegistry registry,
        IERC20Metadata token,
        uint16 runOutDays,
        uint64 claimCap,
        uint64 quorumAbove,
        uint8 quorum
    ) Treasury(insurer, token) Policies(runOutDays) Debts(registry) Claims(claimCap, quorumAbove, quorum) {}

    /// @inheritdoc Treasury
    function fund(uint256) external pure override {
        revert Office_NotHere();
    }

    /// @inheritdoc Treasury
    function withdrawSurplus(address, uint256) external pure override {
        revert Office_NotHere();
    }

    /// @inheritdoc Treasury
    function withdrawCredit(address) external pure override returns (uint64) {
        revert Office_NotHere();
    }

    /// @inheritdoc Invoices
    function anchor(address, bytes32, bytes32, uint64, bytes calldata) external pure override returns (bytes32) {
        revert Office_NotHere();
    }

    /// @inheritdoc Claims
    function submit(ProviderInvoice calldata, EvidenceReference[] calldata) external pure override returns (bytes32) {
        revert Office_NotHere();
    }

    /// @inheritdoc Claims
    function decide(Evidence[] calldata, SignedDecision calldata, ProviderInvoice calldata)
        external
        pure
        override
        returns (bytes32)
    {
        revert Office_NotHere();
    }

    /// @inheritdoc Claims
    function settle(Evidence[] calldata, SignedDecision calldata, ProviderInvoice calldata)
        external
        pure
        override
        returns (bytes32)
    {
        revert Office_NotHere();
    }

    /// @inheritdoc Batches
    function settleBatch(BatchTerms calldata, bytes calldata) external pure override {
        revert Office_NotHere();
    }
}
