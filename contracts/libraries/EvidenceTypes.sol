// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {EncounterAttestation, EncounterRoll, WitnessStatement} from "../types/SignedTypes.sol";
import {StructArrays} from "./StructArrays.sol";

/// @title EIP-712 struct hashes of domain E
/// @dev A struct of words is copied and hashed as it lies in calldata. Stray bits above a short field are hashed and then
/// never looked at: what comes out is no encoder's hash, so nobody has signed it.
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
    function hash(EncounterAttestation calldata attestation) internal pure returns (bytes32 result) {
        (, result) = read(attestation);
    }

    /// @notice The struct in memory, and its hash.
    function read(EncounterAttestation calldata attestation) internal pure returns (EncounterAttestation memory copy, bytes32 result) {
        bytes32 typeHash = ENCOUNTER_ATTESTATION;
        assembly ("memory-safe") {
            let free := mload(0x40)
            copy := add(free, 0x20)
            mstore(0x40, add(free, 0x160))
            mstore(free, typeHash)
            calldatacopy(copy, attestation, 0x140)
            result := keccak256(free, 0x160)
        }
    }

    /// @notice hashStruct(WitnessStatement).
    function hash(WitnessStatement calldata statement) internal pure returns (bytes32) {
        return keccak256(abi.encode(WITNESS_STATEMENT, statement));
    }

    /// @notice hashStruct(EncounterRoll), from the hash of its array.
    function hashRoll(uint32 practitioner, bytes32 attestations) internal pure returns (bytes32 result) {
        bytes32 typeHash = ENCOUNTER_ROLL;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mstore(add(free, 0x20), practitioner)
            mstore(add(free, 0x40), attestations)
            result := keccak256(free, 0x60)
        }
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
        return Hashes.efficientKeccak256(bytes32(uint256(practitioner)), attestation);
    }
}
