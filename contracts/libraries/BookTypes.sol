// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {ClaimDecision, DecisionBatch, InvoiceRoll, ProviderInvoice, SettlementBatch} from "../types/SignedTypes.sol";
import {StructArrays} from "./StructArrays.sol";

/// @title EIP-712 struct hashes of domain B
/// @dev A struct of words is copied and hashed as it lies in calldata. Stray bits above a short field are hashed and then
/// never looked at: what comes out is no encoder's hash, so nobody has signed it.
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

    bytes32 internal constant SETTLEMENT_BATCH = keccak256(
        "SettlementBatch(bytes32[] parts,bytes32 traces,bytes32 rulePack,uint32 epoch,uint40 deadline,bytes32 batch)"
    );

    /// @notice hashStruct(ProviderInvoice): the claim's id.
    function hash(ProviderInvoice calldata invoice) internal pure returns (bytes32 result) {
        (, result) = read(invoice);
    }

    /// @notice The struct in memory, and its hash.
    function read(ProviderInvoice calldata invoice) internal pure returns (ProviderInvoice memory copy, bytes32 result) {
        bytes32 typeHash = PROVIDER_INVOICE;
        assembly ("memory-safe") {
            let free := mload(0x40)
            copy := add(free, 0x20)
            mstore(0x40, add(free, 0x100))
            mstore(free, typeHash)
            calldatacopy(copy, invoice, 0xe0)
            result := keccak256(free, 0x100)
        }
    }

    /// @notice hashStruct(InvoiceRoll).
    function hash(InvoiceRoll calldata roll) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](roll.invoices.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = hash(roll.invoices[i]);
        }
        return hashRoll(StructArrays.hash(hashes), roll.documents, roll.nonce);
    }

    /// @notice hashStruct(InvoiceRoll), from the hash of its array.
    function hashRoll(bytes32 invoices, bytes32 documents, uint64 nonce) internal pure returns (bytes32) {
        return keccak256(abi.encode(INVOICE_ROLL, invoices, documents, nonce));
    }

    /// @notice hashStruct(ClaimDecision).
    function hash(ClaimDecision calldata decision) internal pure returns (bytes32 result) {
        (, result) = read(decision);
    }

    /// @notice The struct in memory, and its hash.
    function read(ClaimDecision calldata decision) internal pure returns (ClaimDecision memory copy, bytes32 result) {
        bytes32 typeHash = CLAIM_DECISION;
        assembly ("memory-safe") {
            let free := mload(0x40)
            copy := add(free, 0x20)
            mstore(0x40, add(free, 0x160))
            mstore(free, typeHash)
            calldatacopy(copy, decision, 0x140)
            result := keccak256(free, 0x160)
        }
    }

    /// @notice hashStruct(DecisionBatch), from the hash of its array.
    function hashBatch(
        bytes32 decisions, bytes32 traces, bytes32 rulePack, uint32 epoch, uint40 deadline, bytes32 batch
    ) internal pure returns (bytes32) {
        return _hashTerms(DECISION_BATCH, decisions, traces, rulePack, epoch, deadline, batch);
    }

    /// @notice hashStruct(SettlementBatch), from the hash of its array.
    function hashSettlement(
        bytes32 parts, bytes32 traces, bytes32 rulePack, uint32 epoch, uint40 deadline, bytes32 batch
    ) internal pure returns (bytes32) {
        return _hashTerms(SETTLEMENT_BATCH, parts, traces, rulePack, epoch, deadline, batch);
    }

    /// @notice hashStruct(SettlementBatch), from all its parts.
    function hash(SettlementBatch calldata batch) internal pure returns (bytes32) {
        return hashSettlement(
            StructArrays.hash(batch.parts), batch.traces, batch.rulePack, batch.epoch, batch.deadline, batch.batch
        );
    }

    /// @dev Both batches have the same members but for the array.
    function _hashTerms(
        bytes32 typeHash,
        bytes32 array,
        bytes32 traces,
        bytes32 rulePack,
        uint32 epoch,
        uint40 deadline,
        bytes32 batch
    ) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mstore(add(free, 0x20), array)
            mstore(add(free, 0x40), traces)
            mstore(add(free, 0x60), rulePack)
            mstore(add(free, 0x80), epoch)
            mstore(add(free, 0xa0), deadline)
            mstore(add(free, 0xc0), batch)
            result := keccak256(free, 0xe0)
        }
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
