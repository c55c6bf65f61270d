// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {EncounterAttestation, EncounterRoll, WitnessStatement} from "../types/SignedTypes.sol";
import {StructArrays} from "./StructArrays.sol";

/// @title EIP-712 struct hashes of domain E
library EvidenceTypes {
    bytes32 internal constant ENCOUNTER_ATTESTATION = keccak256(
        "EncounterAttestation(address provider,bytes32 subject,uint64 sequence,uint64 supersedes,bytes32 servicesRoot,bytes32 contextRoot,uint16 lineCount,uint32 serviceYear,uint8 evidenceClass,uint40 validUntil)"
    );
    bytes32 internal constant ENCOUNTER_ROLL = keccak256(
        "EncounterRoll(uint32 practitioner,EncounterAttestation[] attestations)EncounterAttestation(address provider,bytes32 subject,uint64 sequence,uint64 supersedes,bytes32 servicesRoot,bytes32 contextRoot,uint16 lineCount,uint32 serviceYear,uint8 evidenceClass,uint40 validUntil)"
    );
    bytes32 internal constant WITNESS_STATEMENT = keccak256(
        "WitnessStatement(bytes32 attestation,uint8 role,uint8 statement,uint8 capacity,bytes32 evidence,uint40 validUntil)"
    );

    /// @notice hashStruct(EncounterAttestation).
    function hash(EncounterAttestation calldata attestation) internal pure returns (bytes32) {
        return keccak256(abi.encode(ENCOUNTER_ATTESTATION, attestation));
    }

    /// @notice hashStruct(WitnessStatement).
    function hash(WitnessStatement calldata statement) internal pure returns (bytes32) {
        return keccak256(abi.encode(WITNESS_STATEMENT, statement));
    }

    /// @notice hashStruct(EncounterRoll), from the hash of its array.
    function hashRoll(uint32 practitioner, bytes32 attestations) internal pure returns (bytes32) {
        return keccak256(abi.encode(ENCOUNTER_ROLL, practitioner, attestations));
    }

    /// @notice hashStruct(EncounterRoll), from all its attestations.
    function hash(EncounterRoll calldata roll) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](roll.attestations.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = hash(roll.attestations[i]);
        }
        return hashRoll(roll.practitioner, StructArrays.hash(hashes));
    }

    /// @notice What names an attestation outside its roll: in an invoice and in a witness's statement.
    function digest(uint32 practitioner, bytes32 attestation) internal pure returns (bytes32) {
        return keccak256(abi.encode(practitioner, attestation));
    }
}
