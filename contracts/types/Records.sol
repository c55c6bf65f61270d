// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

// What the contracts store. Every record fits one slot. Days are whole days since 1970-01-01 UTC; a uint16 reaches 2149.
// Amounts are cents.

// -- Registry ---------------------------------------------------------------------------------------------------------

/// @notice A clinician's credential (248 bits).
/// @param key Signs attestations: an account or an ERC-1271 wallet.
/// @param controller Who controls the practitioner; never 0 once enrolled.
/// @param validFrom First day of the credential.
/// @param validUntil Last day of the credential.
/// @param compromisedFrom Day from which the key no longer counts, or 0.
/// @param suspended While set, nothing is accepted.
struct Practitioner {
    address key;
    uint32 controller;
    uint16 validFrom;
    uint16 validUntil;
    uint16 compromisedFrom;
    bool suspended;
}

/// @notice A billing organisation's credential (88 bits).
/// @param debts In how many books it owes money: a book looks for a debt only where it is not 0.
struct Provider {
    uint32 controller;
    uint16 validFrom;
    uint16 validUntil;
    bool suspended;
    uint16 debts;
}

/// @notice That a practitioner may sign for a provider (40 bits).
struct Affiliation {
    uint16 validFrom;
    uint16 validUntil;
    bool active;
}

// -- InsurerBook ------------------------------------------------------------------------------------------------------

/// @notice A policy; no person is on the chain (256 bits). The fields are moved in their places, the reserve on top of all, so
/// that one which is too small shows when it is drawn from ({PolicyWord}).
/// @param limit The most that is ever paid on the policy.
/// @param paid What was paid on it so far.
/// @param year The calendar year whose services it covers.
/// @param endDay First day without cover of a cancelled policy, else 0.
/// @param ranks Bit r set: the policy may pay as payer of rank r. Never 0 once issued.
/// @param submittedMarks Bit (claim id mod 24) set: a claim with such an id was submitted on it in two steps. A claim whose
/// bit is clear has no slot to look at.
/// @param reserve What is still locked for it.
struct Policy {
    uint64 limit;
    uint64 paid;
    uint16 year;
    uint16 endDay;
    uint8 ranks;
    uint24 submittedMarks;
    uint64 reserve;
}

/// @notice Where a policy stands, computed from the clock.
enum PolicyStatus {
    None,
    Active,
    Cancelled,
    Expired
}

/// @notice Where a claim stands.
enum ClaimStatus {
    None,
    Submitted,
    Pended,
    Denied,
    Paid,
    Recouped
}

/// @notice A claim that lives on after its transaction (208 bits).
/// @param status None for a claim that was settled in one transaction, or never presented.
/// @param revision Decisions made so far.
/// @param submittedAt Unix seconds; where the clock started.
/// @param allowed As decided last.
/// @param paid As decided last, cumulative.
struct Claim {
    ClaimStatus status;
    uint32 revision;
    uint40 submittedAt;
    uint64 allowed;
    uint64 paid;
}

/// @notice What binds the adjudicators (168 bits).
/// @param epoch Decisions signed for another epoch are refused.
/// @param claimCap The most that one claim is paid.
/// @param quorumAbove Above this payment, `quorum` signatures are needed, else one.
/// @param quorum At least 1; in an adjudicator's copy, 0 where the key may not sign.
struct Controls {
    uint32 epoch;
    uint64 claimCap;
    uint64 quorumAbove;
    uint8 quorum;
}

/// @notice What a provider owes, as a queue (128 bits): debts `first` to `next` − 1 are open.
/// @param total What is left of all of them.
struct DebtQueue {
    uint32 first;
    uint32 next;
    uint64 total;
}

/// @notice What is left of one debt (128 bits).
/// @param policy The policy that paid too much, to which the money returns.
struct Debt {
    uint64 policy;
    uint64 amount;
}

/// @notice The money that no policy holds (128 bits). A payment goes from its policy's reserve to the payee and touches
/// nothing here; only what cannot be transferred is written down.
/// @param free The insurer's surplus.
/// @param credited Approved, could not be transferred, and waits for its owner.
struct Ledger {
    uint64 free;
    uint64 credited;
}

/// @notice Whose the book's token balance is.
/// @param reserved Held for policies: all that is neither credited nor surplus.
/// @param credited Owed to payees who could not be paid.
/// @param surplus The insurer's.
struct Totals {
    uint64 reserved;
    uint64 credited;
    uint64 surplus;
}
