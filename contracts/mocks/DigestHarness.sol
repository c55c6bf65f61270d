// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {BookTypes} from "../libraries/BookTypes.sol";
import {Days} from "../libraries/Days.sol";
import {EvidenceTypes} from "../libraries/EvidenceTypes.sol";
import {StructArrays} from "../libraries/StructArrays.sol";
import {Trees} from "../libraries/Trees.sol";
import {
    ClaimDecision,
    DecisionBatch,
    EncounterAttestation,
    EncounterRoll,
    EvidenceReference,
    InvoiceRoll,
    ProviderInvoice,
    SettlementBatch,
    WitnessStatement
} from "../types/SignedTypes.sol";

/// @title The digests of the contracts, open for comparison with other encoders
contract DigestHarness {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    // -- Trees --------------------------------------------------------------------------------------------------------

    function leafHash(bytes32 salt, bytes calldata path, bytes calldata value) external pure returns (bytes32) {
        return Trees.leaf(salt, path, value);
    }

    function nodeHash(bytes32 left, bytes32 right) external pure returns (bytes32) {
        return Trees.node(left, right);
    }

    function merkleRoot(bytes32[] calldata leaves) external pure returns (bytes32) {
        return Trees.root(leaves);
    }

    // -- Struct hashes ------------------------------------------------------------------------------------------------

    function hashEncounterAttestation(EncounterAttestation calldata value) external pure returns (bytes32) {
        return EvidenceTypes.hash(value);
    }

    function hashEncounterRoll(EncounterRoll calldata value) external pure returns (bytes32) {
        return EvidenceTypes.hash(value);
    }

    function hashWitnessStatement(WitnessStatement calldata value) external pure returns (bytes32) {
        return EvidenceTypes.hash(value);
    }

    function hashProviderInvoice(ProviderInvoice calldata value) external pure returns (bytes32) {
        return BookTypes.hash(value);
    }

    function hashInvoiceRoll(InvoiceRoll calldata value) external pure returns (bytes32) {
        return BookTypes.hash(value);
    }

    function hashClaimDecision(ClaimDecision calldata value) external pure returns (bytes32) {
        return BookTypes.hash(value);
    }

    function hashDecisionBatch(DecisionBatch calldata value) external pure returns (bytes32) {
        return BookTypes.hash(value);
    }

    function hashSettlementBatch(SettlementBatch calldata value) external pure returns (bytes32) {
        return BookTypes.hash(value);
    }

    /// @notice Hash of an array of structs of which one element is computed and the others are told.
    function hashArrayWith(bytes32 element, uint256 position, bytes32[] calldata siblings)
        external
        pure
        returns (bytes32)
    {
        return StructArrays.hashWith(element, position, siblings);
    }

    // -- Digests over struct hashes -----------------------------------------------------------------------------------

    function attestationDigest(uint32 practitioner, EncounterAttestation calldata attestation)
        external
        pure
        returns (bytes32)
    {
        return EvidenceTypes.digest(practitioner, EvidenceTypes.hash(attestation));
    }

    /// @notice The `attestations` of an invoice.
    function attestationsHash(EvidenceReference[] calldata references) external pure returns (bytes32) {
        bytes32[] memory digests = new bytes32[](references.length);
        for (uint256 i; i < digests.length; ++i) {
            digests[i] =
                EvidenceTypes.digest(references[i].practitioner, EvidenceTypes.hash(references[i].attestation));
        }
        return StructArrays.hash(digests);
    }

    /// @notice The `linesRoot` of a decision.
    function linesRoot(bytes32[] calldata servicesRoots) external pure returns (bytes32) {
        return servicesRoots.length == 1 ? servicesRoots[0] : StructArrays.hash(servicesRoots);
    }

    // -- Domains and typed data ---------------------------------------------------------------------------------------

    /// @notice The separator of domain E.
    function evidenceDomain(uint256 chainId, address registry) public pure returns (bytes32) {
        return _domain("Claims Evidence", chainId, registry);
    }

    /// @notice The separator of domain B.
    function bookDomain(uint256 chainId, address book) public pure returns (bytes32) {
        return _domain("Claims Book", chainId, book);
    }

    /// @notice What is signed: the digest of a struct hash under a domain.
    function typedDataDigest(bytes32 domain, bytes32 structHash) public pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    function rollDigest(uint256 chainId, address registry, EncounterRoll calldata roll)
        external
        pure
        returns (bytes32)
    {
        return typedDataDigest(evidenceDomain(chainId, registry), EvidenceTypes.hash(roll));
    }

    function witnessDigest(uint256 chainId, address registry, WitnessStatement calldata statement)
        external
        pure
        returns (bytes32)
    {
        return typedDataDigest(evidenceDomain(chainId, registry), EvidenceTypes.hash(statement));
    }

    function invoiceDigest(uint256 chainId, address book, ProviderInvoice calldata invoice)
        external
        pure
        returns (bytes32)
    {
        return typedDataDigest(bookDomain(chainId, book), BookTypes.hash(invoice));
    }

    function invoiceRollDigest(uint256 chainId, address book, InvoiceRoll calldata roll)
        external
        pure
        returns (bytes32)
    {
        return typedDataDigest(bookDomain(chainId, book), BookTypes.hash(roll));
    }

    function batchDigest(uint256 chainId, address book, DecisionBatch calldata batch)
        external
        pure
        returns (bytes32)
    {
        return typedDataDigest(bookDomain(chainId, book), BookTypes.hash(batch));
    }

    function settlementDigest(uint256 chainId, address book, SettlementBatch calldata batch)
        external
        pure
        returns (bytes32)
    {
        return typedDataDigest(bookDomain(chainId, book), BookTypes.hash(batch));
    }

    // -- Days ---------------------------------------------------------------------------------------------------------

    /// @notice The day, since 1970-01-01, on which a year begins.
    function firstDayOf(uint256 year) external pure returns (uint256) {
        return Days.firstOf(year);
    }

    function _domain(string memory name, uint256 chainId, address verifier) private pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256(bytes(name)), keccak256("1"), chainId, verifier));
    }
}
