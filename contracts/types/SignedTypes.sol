// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

// What people and machines sign, under EIP-712. Two domains: E is ("Claims Evidence", "1", chain id, registry) and B is
// ("Claims Book", "1", chain id, book). Amounts are cents. Field names, order and types are part of every signature:
// changing one changes every vector.

/// @notice What one practitioner did in one encounter, for one billing provider. Domain E.
/// @param provider The only provider that may bill it.
/// @param subject Commitment to the person under a salt of its own, opened to the payer off the chain.
/// @param sequence lane (high 32 bits) and counter (low 32 bits, from 1): the place of its bit.
/// @param supersedes The sequence it replaces, which is spent together with it, or 0.
/// @param servicesRoot Root of the tree of services, one salted leaf each.
/// @param contextRoot Root of the tree of context: person, diagnoses, times and the like.
/// @param lineCount Number of leaves in the services tree.
/// @param serviceYear Calendar year of the services; the date itself stays off the chain.
/// @param evidenceClass Which witness rule the payer's evidence policy applies.
/// @param validUntil Last second, in Unix time, at which it may be claimed.
struct EncounterAttestation {
    address provider;
    bytes32 subject;
    uint64 sequence;
    uint64 supersedes;
    bytes32 servicesRoot;
    bytes32 contextRoot;
    uint16 lineCount;
    uint32 serviceYear;
    uint8 evidenceClass;
    uint40 validUntil;
}

/// @notice One signature over a shift; a single encounter is a roll of one. Domain E.
struct EncounterRoll {
    uint32 practitioner;
    EncounterAttestation[] attestations;
}

/// @notice The second signature that an evidence policy may ask for. Domain E.
/// @param attestation keccak256(abi.encode(practitioner, hashStruct(EncounterAttestation))).
struct WitnessStatement {
    bytes32 attestation;
    uint8 role;
    uint8 statement;
    uint8 capacity;
    bytes32 evidence;
    uint40 validUntil;
}

/// @notice What a provider bills. Its struct hash is the claim's id. Domain B.
/// @param policy The policy's random id.
/// @param rank 0 primary, 1 secondary, 2 tertiary payer.
/// @param attestations keccak256 of the concatenated attestation digests, in the order of the claim.
/// @param billed Cents.
/// @param replaces The claim that a replacement or void refers to, or 0.
/// @param frequency 1 original, 7 replacement, 8 void, as in the 837.
struct ProviderInvoice {
    address provider;
    uint64 policy;
    uint8 rank;
    bytes32 attestations;
    uint64 billed;
    bytes32 replaces;
    uint8 frequency;
}

/// @notice Invoices that a provider anchors in one slot. Domain B.
struct InvoiceRoll {
    ProviderInvoice[] invoices;
    bytes32 documents;
    uint64 nonce;
}

/// @notice What the payer decided about one claim. Domain B.
/// @param invoice The claim's id.
/// @param revision The stored revision plus one.
/// @param outcome 1 approved, 2 denied, 3 pended (see {Outcomes}).
/// @param linesRoot servicesRoot of the only attestation, or keccak256 of the concatenated roots of several.
/// @param paid Cents, cumulative over revisions.
/// @param patient Cents that the patient owes (CLP05).
/// @param interest Cents, a ledger of its own.
struct ClaimDecision {
    bytes32 invoice;
    uint32 revision;
    uint8 outcome;
    bytes32 linesRoot;
    uint8 evidenceClass;
    uint64 allowed;
    uint64 otherPayer;
    uint64 paid;
    uint64 patient;
    uint64 interest;
}

/// @notice Decisions under one set of signatures. Domain B.
/// @param traces Commitment to the engine's traces, for replay.
/// @param rulePack Hash of the rules that decided.
/// @param epoch The book's epoch in which the signature counts.
/// @param deadline Last second, in Unix time, at which the batch may be used.
/// @param batch The batch's random id, and the seed of its payment ids.
struct DecisionBatch {
    ClaimDecision[] decisions;
    bytes32 traces;
    bytes32 rulePack;
    uint32 epoch;
    uint40 deadline;
    bytes32 batch;
}

// How signed things travel on the single path: the one that is used in full, its siblings as struct hashes.

/// @notice An attestation, the roll in which it was signed, and the signature.
/// @param position Index of the attestation in its roll.
/// @param siblings Struct hashes of the other attestations of the roll, in order; empty for a roll of one.
/// @param signature 65 bytes (r, s, v; low s) of the practitioner's key, or what its ERC-1271 wallet accepts.
struct Evidence {
    uint32 practitioner;
    EncounterAttestation attestation;
    uint256 position;
    bytes32[] siblings;
    bytes signature;
}

/// @notice An attestation and who made it, without its signature.
struct EvidenceReference {
    uint32 practitioner;
    EncounterAttestation attestation;
}

/// @notice One adjudicator's signature.
/// @param signature 65 bytes (r, s, v; low s), or what the adjudicator's ERC-1271 wallet accepts.
struct Approval {
    address adjudicator;
    bytes signature;
}

/// @notice A decision, the batch in which it was signed, and the signatures.
/// @param position Index of the decision in its batch.
/// @param siblings Struct hashes of the batch's other decisions, in order; empty for a batch of one.
/// @param approvals Ascending by adjudicator, each once.
struct SignedDecision {
    ClaimDecision decision;
    uint256 position;
    bytes32[] siblings;
    bytes32 traces;
    bytes32 rulePack;
    uint32 epoch;
    uint40 deadline;
    bytes32 batch;
    Approval[] approvals;
}

/// @notice Decisions that are settled together, under one set of signatures. Domain B. It approves, in its first revision, each
/// claim that the packed bytes hold, with the amounts and for the services that they say.
/// @param parts keccak256 of each part of the packed bytes, in order (see {Batches}).
/// The other members are those of {DecisionBatch}.
struct SettlementBatch {
    bytes32[] parts;
    bytes32 traces;
    bytes32 rulePack;
    uint32 epoch;
    uint40 deadline;
    bytes32 batch;
}

/// @notice What a settlement was signed under: the batch without its parts, and the signatures.
/// @param approvals Ascending by adjudicator, each once; of accounts alone.
struct BatchTerms {
    bytes32 traces;
    bytes32 rulePack;
    uint32 epoch;
    uint40 deadline;
    bytes32 batch;
    Approval[] approvals;
}

/// @notice The values of `ClaimDecision.outcome`.
library Outcomes {
    uint8 internal constant APPROVED = 1;
    uint8 internal constant DENIED = 2;
    uint8 internal constant PENDED = 3;
}
