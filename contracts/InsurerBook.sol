// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {Batches} from "./Batches.sol";
import {Claims} from "./Claims.sol";
import {Debts} from "./Debts.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Office} from "./Office.sol";
import {Policies} from "./Policies.sol";
import {Treasury} from "./Treasury.sol";
import {EvidenceReference, ProviderInvoice, SignedDecision} from "./types/SignedTypes.sol";

/// @title One insurer's policies, claims, invoices and money
/// @notice Immutable: a new version is deployed beside it, and policies move at renewal; the spent bits stay in the registry.
/// @dev What is done for every claim is here. What is done seldom is code of the {Office}, which runs on this book's storage.
contract InsurerBook is Batches {
    /// @notice The code of the acts that are seldom done.
    address public immutable office;

    /// @param insurer The owner.
    /// @param registry Where evidence is spent; it has to list this book.
    /// @param token What claims are paid in.
    /// @param runOutDays Days after the end of cover in which a policy's reserve stays locked.
    /// @param claimCap The most that one claim is paid, in cents.
    /// @param quorumAbove The payment, in cents, above which `quorum` signatures are needed.
    /// @param quorum At least 1.
    constructor(
        address insurer,
        IRegistry registry,
        IERC20Metadata token,
        uint16 runOutDays,
        uint64 claimCap,
        uint64 quorumAbove,
        uint8 quorum
    ) Treasury(insurer, token) Policies(runOutDays) Debts(registry) Claims(claimCap, quorumAbove, quorum) {
        office = address(new Office(insurer, registry, token, runOutDays, claimCap, quorumAbove, quorum));
    }

    /// @inheritdoc Policies
    function issuePolicy(uint64, uint16, uint64, uint64, uint8) external override {
        _askOffice();
    }

    /// @inheritdoc Policies
    function cancelPolicy(uint64, uint16) external override {
        _askOffice();
    }

    /// @inheritdoc Policies
    function raiseReserve(uint64, uint64) external override {
        _askOffice();
    }

    /// @inheritdoc Policies
    function releaseReserve(uint64) external override {
        _askOffice();
    }

    /// @inheritdoc Claims
    function setAdjudicator(address, bool) external override {
        _askOffice();
    }

    /// @inheritdoc Claims
    function setControls(uint64, uint64, uint8) external override {
        _askOffice();
    }

    /// @inheritdoc Claims
    function advanceEpoch() external override {
        _askOffice();
    }

    /// @inheritdoc Claims
    function revise(
        ProviderInvoice calldata,
        EvidenceReference[] calldata,
        SignedDecision calldata,
        SignedDecision calldata
    ) external override returns (bytes32) {
        _askOffice();
    }

    /// @dev Has the call done by the office's code, on this book's storage and in its name; ends with its answer.
    function _askOffice() private {
        address target = office;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let success := delegatecall(gas(), target, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if iszero(success) { revert(free, returndatasize()) }
            return(free, returndatasize())
        }
    }
}
