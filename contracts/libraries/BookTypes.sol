// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {ClaimDecision, DecisionBatch, InvoiceRoll, ProviderInvoice} from "../types/SignedTypes.sol";
import {StructArrays} from "./StructArrays.sol";

/// @title EIP-712 struct hashes of domain B
library BookTypes {
    bytes32 internal constant PROVIDER_INVOICE = keccak256(
        "ProviderInvoice(address provider,uint64 policy,uint8 rank,bytes32 attestations,uint64 billed,bytes32 replaces,uint8 frequency)"
    );
    bytes32 internal constant INVOICE_ROLL = keccak256(
        "InvoiceRoll(ProviderInvoice[] invoices,bytes32 documents,uint64 nonce)ProviderInvoice(address provider,uint64 policy,uint8 rank,bytes32 attestations,uint64 billed,bytes32 replaces,uint8 frequency)"
    );
    bytes32 internal constant CLAIM_DECISION = keccak256(
        "ClaimDecision(bytes32 invoice,uint32 revision,uint8 outcome,bytes32 linesRoot,uint8 evidenceClass,uint64 allowed,uint64 otherPayer,uint64 paid,uint64 patient,uint64 interest)"
    );
    bytes32 internal constant DECISION_BATCH = keccak256(
        "DecisionBatch(ClaimDecision[] decisions,bytes32 traces,bytes32 rulePack,uint32 epoch,uint40 deadline,bytes32 batch)ClaimDecision(bytes32 invoice,uint32 revision,uint8 outcome,bytes32 linesRoot,uint8 evidenceClass,uint64 allowed,uint64 otherPayer,uint64 paid,uint64 patient,uint64 interest)"
    );

    /// @notice hashStruct(ProviderInvoice): the claim's id.
    function hash(ProviderInvoice calldata invoice) internal pure returns (bytes32) {
        return keccak256(abi.encode(PROVIDER_INVOICE, invoice));
    }

    /// @notice hashStruct(InvoiceRoll).
    function hash(InvoiceRoll calldata roll) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](roll.invoices.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = hash(roll.invoices[i]);
        }
        return keccak256(abi.encode(INVOICE_ROLL, StructArrays.hash(hashes), roll.documents, roll.nonce));
    }

    /// @notice hashStruct(ClaimDecision).
    function hash(ClaimDecision calldata decision) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLAIM_DECISION, decision));
    }

    /// @notice hashStruct(DecisionBatch), from the hash of its array.
    function hashBatch(
        bytes32 decisions, bytes32 traces, bytes32 rulePack, uint32 epoch, uint40 deadline, bytes32 batch
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(DECISION_BATCH, decisions, traces, rulePack, epoch, deadline, batch));
    }

    /// @notice hashStruct(DecisionBatch), from all its decisions.
    function hash(DecisionBatch calldata batch) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](batch.decisions.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = hash(batch.decisions[i]);
        }
        return hashBatch(
            StructArrays.hash(hashes), batch.traces, batch.rulePack, batch.epoch, batch.deadline, batch.batch
        );
    }
}
