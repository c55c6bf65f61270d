// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRegistry} from "./IRegistry.sol";
import {Claim, Controls, Debt, DebtQueue, Policy, PolicyStatus, Totals} from "../types/Records.sol";
import {BatchTerms, Evidence, EvidenceReference, ProviderInvoice, SignedDecision} from "../types/SignedTypes.sol";

/// @title One insurer's policies, claims and money
/// @notice The owner is the insurer. Amounts are uint64 cents unless a parameter says token units; the token amount of
/// c cents is c × 10^(decimals − 2). At every moment, in the middle of an external call too, the book's token balance is
/// at least the policies' reserves + what is credited + the surplus.
/// @dev WARNING: the token must move exactly what it is asked to move; one that takes a fee, or changes balances by
/// itself, breaks the invariant. The token and the registry can never be exchanged.
interface IInsurerBook {
    // -- Events -------------------------------------------------------------------------------------------------------

    /// @notice A policy was issued and its reserve locked.
    event PolicyIssued(uint64 indexed policy, uint16 year, uint64 limit, uint64 reserve, uint8 ranks);
    /// @notice A policy covers nothing from a day on.
    event PolicyCancelled(uint64 indexed policy, uint16 endDay);
    /// @notice More was locked for a policy.
    event ReserveRaised(uint64 indexed policy, uint64 amount);
    /// @notice What was left of a policy's reserve became surplus, its run-out having passed.
    event ReserveReleased(uint64 indexed policy, uint64 amount);

    /// @notice A provider presented a claim; its clock runs.
    event ClaimSubmitted(bytes32 indexed claim, address indexed provider, uint64 indexed policy);
    /// @notice A claim was denied (2) or pended (3).
    event ClaimDecided(bytes32 indexed claim, uint32 revision, uint8 outcome);
    /// @notice A claim was approved and its money leaves the policy. A {PaymentCredited} with the same id follows where it
    /// could not be transferred. An approved claim that pays nothing (all is the patient's) is told likewise.
    event ClaimPaid(
        bytes32 indexed claim,
        bytes32 indexed payment,
        address indexed provider,
        uint64 policy,
        uint32 revision,
        uint64 paid
    );

    /// @notice A provider presented a roll of invoices; the clock of each of its claims runs.
    event Anchored(bytes32 indexed roll, address indexed provider, uint64 nonce);
    /// @notice Claims of one provider were approved in a batch, and their money leaves their policies as one payment.
    /// {DebtNetted} and {PaymentCredited} with the same id follow where not all of it could be paid out.
    /// @param paid Of all its claims together.
    /// @param first The index in the batch of its first claim. The others follow, without those that were {Skipped}.
    /// @param amounts What each was paid, in order: three bytes, or 0xffffff and then six bytes.
    event BatchPaid(
        bytes32 indexed batch,
        bytes32 indexed payment,
        address indexed provider,
        uint64 paid,
        uint256 first,
        bytes amounts
    );
    /// @notice A claim of a batch was not paid; the others were not held up. Nothing of it was spent.
    /// @param index Which claim of the batch, from 0.
    /// @param reason The selector of the error with which the claim alone would be refused.
    event Skipped(bytes32 indexed batch, uint256 index, bytes4 reason);
    /// @notice A claim that had been paid was decided anew. {DebtOpened} follows where it is paid less; where it is paid
    /// more, the difference is a payment.
    event ClaimRevised(
        bytes32 indexed claim,
        bytes32 indexed payment,
        address indexed provider,
        uint64 policy,
        uint32 revision,
        uint64 paidBefore,
        uint64 paid
    );
    /// @notice A provider owes what a claim was paid too much.
    event DebtOpened(
        address indexed provider, uint32 indexed debt, bytes32 indexed claim, uint64 policy, uint64 amount
    );
    /// @notice Of a payment, this much settled a debt and went back to the policy that had paid too much.
    event DebtNetted(bytes32 indexed payment, address indexed provider, uint32 indexed debt, uint64 amount);

    /// @notice Money came in. Token units.
    event Funded(address indexed from, uint256 amount);
    /// @notice Surplus left. Token units.
    event SurplusWithdrawn(address indexed to, uint256 amount);
    /// @notice A payee could not be paid, and is credited. Cents.
    event PaymentCredited(bytes32 indexed payment, address indexed payee, uint64 amount);
    /// @notice A payee took its credit. Cents.
    event CreditWithdrawn(address indexed payee, address indexed to, uint64 amount);
    /// @notice A key may sign decisions, or no longer.
    event AdjudicatorSet(address indexed adjudicator, bool active);
    /// @notice The epoch, cap or quorum changed. Decisions signed for an earlier epoch no longer count.
    event ControlsSet(uint32 epoch, uint64 claimCap, uint64 quorumAbove, uint8 quorum);

    // -- Errors: policies ---------------------------------------------------------------------------------------------

    /// @notice There is no such policy. Id 0 never is one.
    error Policies_Unknown(uint64 policy);
    /// @notice The id is taken.
    error Policies_Exists(uint64 policy);
    /// @notice A policy's year lies within 1970 to 2099.
    error Policies_YearInvalid(uint16 year);
    /// @notice A policy pays in at least one of the ranks 0 to 2.
    error Policies_RanksInvalid(uint8 ranks);
    /// @notice No more is locked for a policy than it can still pay.
    error Policies_ReserveAboveLimit(uint64 policy, uint256 reserve, uint256 remaining);
    /// @notice The policy was cancelled before, or its year is over.
    error Policies_NotActive(uint64 policy, PolicyStatus status);
    /// @notice Cover ends today at the earliest, and before the year does.
    error Policies_EndDayInvalid(uint64 policy, uint16 endDay, uint256 earliest, uint256 latest);
    /// @notice The policy's claims can still come in until a day.
    error Policies_RunOutOpen(uint64 policy, uint256 today, uint256 openUntil);
    /// @notice The policy covers another year than that of the services.
    error Policies_YearMismatch(uint64 policy, uint16 policyYear, uint32 serviceYear);
    /// @notice The policy was cancelled before its year began.
    error Policies_NeverInForce(uint64 policy, uint16 endDay);
    /// @notice The policy does not pay in this rank.
    error Policies_RankNotCovered(uint64 policy, uint8 rank, uint8 ranks);
    /// @notice The payment exceeds what is left of the policy's limit.
    error Policies_LimitExceeded(uint64 policy, uint64 paid, uint64 remaining);
    /// @notice The payment exceeds what is locked for the policy.
    error Policies_ReserveExceeded(uint64 policy, uint64 paid, uint64 reserve);

    // -- Errors: invoices ---------------------------------------------------------------------------------------------

    /// @notice Only the provider on the invoice may send it.
    error Invoices_SenderNotProvider(address sender, address provider);
    /// @notice Only original claims (1) are taken.
    error Invoices_FrequencyUnsupported(uint8 frequency);
    /// @notice An original claim replaces nothing.
    error Invoices_ReplacesUnexpected(bytes32 replaces);
    /// @notice The invoice lists other attestations than the evidence shows.
    error Invoices_AttestationsMismatch(bytes32 invoiced, bytes32 presented);

    /// @notice The roll was anchored before, and keeps its time.
    error Invoices_AlreadyAnchored(bytes32 roll);
    /// @notice The provider did not anchor the roll.
    error Invoices_NotAnchored(address provider, bytes32 roll);
    /// @notice The provider neither sends nor signed the roll.
    error Invoices_SignatureInvalid(address provider);
    /// @notice The invoices of a batch make another roll than the anchored one.
    error Invoices_RollMismatch(bytes32 anchored, bytes32 presented);

    // -- Errors: claims -----------------------------------------------------------------------------------------------

    /// @notice The claim was submitted before.
    error Claims_AlreadySubmitted(bytes32 claim);
    /// @notice The claim was not submitted.
    error Claims_NotSubmitted(bytes32 claim);
    /// @notice The claim was decided for good.
    error Claims_Closed(bytes32 claim);
    /// @notice Only a claim that was paid is decided anew.
    error Claims_NotPaid(bytes32 claim);
    /// @notice The decision that paid a claim and the later one are not signed under one batch id.
    error Claims_BatchMismatch(bytes32 paid, bytes32 revised);
    /// @notice The decision is about another claim.
    error Claims_InvoiceMismatch(bytes32 decided, bytes32 presented);
    /// @notice The decision's revision is not the stored one plus one.
    error Claims_RevisionMismatch(uint32 decided, uint32 expected);
    /// @notice There is no such outcome.
    error Claims_OutcomeInvalid(uint8 outcome);
    /// @notice In one transaction only an approval is taken.
    error Claims_NotApproved(uint8 outcome);
    /// @notice A denial or pend pays nothing.
    error Claims_PaidWithoutApproval(uint8 outcome, uint64 paid);
    /// @notice A denial or pend shows no evidence: none is spent.
    error Claims_EvidenceUnexpected(uint256 count);
    /// @notice The decision was made for other services than those attested.
    error Claims_RootMismatch(bytes32 decided, bytes32 attested);
    /// @notice The decision was made under another witness rule than the attestation's.
    error Claims_ClassMismatch(uint8 decided, uint8 attested);
    /// @notice More paid than allowed.
    error Claims_PaidAboveAllowed(uint64 paid, uint64 allowed);
    /// @notice More allowed than billed.
    error Claims_AllowedAboveBilled(uint64 allowed, uint64 billed);
    /// @notice Payment, other payers and patient together exceed the charge.
    error Claims_SharesAboveBilled(uint256 shares, uint64 billed);
    /// @notice Interest is not paid by this version.
    error Claims_InterestUnsupported(uint64 interest);
    /// @notice The payment exceeds the cap per claim.
    error Claims_CapExceeded(uint64 paid, uint64 claimCap);
    /// @notice The decision was signed for another epoch.
    error Claims_EpochMismatch(uint32 decided, uint32 current);
    /// @notice The decision's deadline has passed.
    error Claims_DeadlinePassed(uint40 deadline);
    /// @notice The position lies outside the batch.
    error Claims_PositionInvalid(uint256 position, uint256 batchLength);
    /// @notice The decision bears fewer signatures than the payment asks for.
    error Claims_QuorumMissing(uint256 approvals, uint256 needed);
    /// @notice The signatures are not in ascending order of their adjudicators, each once.
    error Claims_ApprovalsUnordered(address adjudicator);
    /// @notice The key may not sign decisions.
    error Claims_AdjudicatorUnknown(address adjudicator);
    /// @notice The signature over the batch is not the adjudicator's.
    error Claims_SignatureInvalid(address adjudicator);
    /// @notice The quorum is zero.
    error Claims_QuorumZero();
    /// @notice A book has at most 16 adjudicators.
    error Claims_AdjudicatorsTooMany(uint256 count);
    /// @notice The adjudicator is zero.
    error Claims_AdjudicatorZero();

    // -- Errors: batches ----------------------------------------------------------------------------------------------

    /// @notice The packed bytes are not laid out as {Batches} says, at an offset.
    error Batches_Malformed(uint256 offset);

    // -- Errors: treasury ---------------------------------------------------------------------------------------------

    /// @notice A token has 2 to 36 decimals.
    error Treasury_DecimalsInvalid(uint8 decimals);
    /// @notice An address that must have code has none.
    error Treasury_NoCode(address account);
    /// @notice Money moves in whole cents.
    error Treasury_NotWholeCents(uint256 amount, uint256 unitsPerCent);
    /// @notice The token brought less than it was asked to. Token units.
    error Treasury_ReceivedShort(uint256 amount, uint256 received);
    /// @notice The surplus does not cover it. Token units.
    error Treasury_SurplusShort(uint256 needed, uint256 surplus);
    /// @notice The caller has no credit.
    error Treasury_NoCredit(address payee);
    /// @notice The insurer's place is handed over, never left empty.
    error Treasury_OwnerNeeded();
    /// @notice The sender left too little gas to tell whether the payee can be paid.
    error Treasury_GasShort(uint256 left, uint256 needed);

    // -- Policies -----------------------------------------------------------------------------------------------------

    /// @notice Issues a policy and locks its reserve. Owner only.
    /// @param policy A random id, new each year, so that years of one person cannot be joined.
    /// @param year The calendar year whose services it covers.
    /// @param limit The most that is ever paid on it.
    /// @param reserve At most the limit; payments are made from the reserve alone, which can be raised.
    /// @param ranks Bit r set: it may pay as payer of rank r (1 is a primary policy).
    function issuePolicy(uint64 policy, uint16 year, uint64 limit, uint64 reserve, uint8 ranks) external;

    /// @notice Ends a policy's cover. Owner only. Claims for services of its year still run out; the engine knows the day.
    /// @param endDay First day without cover: not before today, or the reserve could be freed by backdating.
    function cancelPolicy(uint64 policy, uint16 endDay) external;

    /// @notice Locks more of the surplus for a policy. Owner only.
    function raiseReserve(uint64 policy, uint64 amount) external;

    /// @notice Frees what is left of a policy's reserve once its cover ended `runOutDays` ago. Owner only.
    function releaseReserve(uint64 policy) external;

    // -- Claims -------------------------------------------------------------------------------------------------------

    /// @notice Presents a claim, in two steps. Opens the claim's slot and starts its clock.
    /// @dev Requirements: the provider sends it, and is enrolled; an original; the policy exists, and covers the attestations' year; the
    /// references hash to `invoice.attestations`, are the provider's, and none is spent in the invoice's rank.
    /// Emits {ClaimSubmitted}.
    /// @return claim The claim's id.
    function submit(ProviderInvoice calldata invoice, EvidenceReference[] calldata evidence)
        external
        returns (bytes32 claim);

    /// @notice Decides a submitted or pended claim, and pays it where it is approved. Anyone may send it: the signatures
    /// count, not the sender.
    /// @param evidence What the invoice lists, in its order, where the decision approves; else empty.
    /// @dev Emits {ClaimPaid} or {ClaimDecided}.
    /// @return payment The payment's id, or 0 where it is denied or pended.
    function decide(Evidence[] calldata evidence, SignedDecision calldata decision, ProviderInvoice calldata invoice)
        external
        returns (bytes32 payment);

    /// @notice Settles a claim in one transaction, which the provider sends; sending is its consent to the charge. No
    /// claim slot is written: the spent bits remember.
    /// @dev Emits {ClaimPaid}.
    /// @return payment The payment's id: keccak256(domain separator ‖ batch ‖ claim).
    function settle(Evidence[] calldata evidence, SignedDecision calldata decision, ProviderInvoice calldata invoice)
        external
        returns (bytes32 payment);

    /// @notice Anchors a roll of invoices: the provider consents to each of its charges, and their clock starts. One slot,
    /// whatever their number; the invoices stay off the chain.
    /// @dev Requirements: the provider sends it, or signed it (an ERC-1271 wallet may); it was not anchored before.
    /// Emits {Anchored}.
    /// @param invoices keccak256 of the concatenated claim ids, in the roll's order.
    /// @param signature Over the roll; empty where the provider sends it.
    /// @return roll hashStruct(InvoiceRoll).
    function anchor(address provider, bytes32 invoices, bytes32 documents, uint64 nonce, bytes calldata signature)
        external
        returns (bytes32 roll);

    /// @notice Settles approved claims that lie in anchored rolls, with every check of {settle}, and pays each provider once.
    /// Anyone may send it: the signatures count. The adjudicators sign the packed bytes as a {SettlementBatch}.
    /// @dev What fails on the state of things is skipped and told; what is wrong in itself (a signature, a hash, the layout)
    /// refuses the whole. Sent again, it pays nothing: the bits are spent. Emits {BatchPaid} and {Skipped}.
    /// @param packed The claims, laid out as {Batches} says.
    function settleBatch(BatchTerms calldata terms, bytes calldata packed) external;

    /// @notice Decides anew a claim that was paid: `revised.decision.paid` is what it is paid in all. Less becomes a debt of the
    /// provider, more is paid. Anyone may send it.
    /// @dev A claim that has no slot yet, having been paid in one transaction, gets it here: `paid` is then its first decision,
    /// signed anew under the later one's batch id, for today's epoch and deadline. Emits {ClaimRevised}.
    /// @param evidence What the invoice lists, in its order; all of it has paid in the invoice's rank.
    /// @param paid The decision that paid the claim; not looked at where the claim has a slot.
    /// @return payment The id under which a difference is paid.
    function revise(
        ProviderInvoice calldata invoice,
        EvidenceReference[] calldata evidence,
        SignedDecision calldata paid,
        SignedDecision calldata revised
    ) external returns (bytes32 payment);

    /// @notice Names or removes an adjudicator. Owner only. At once, for decisions signed before too.
    function setAdjudicator(address adjudicator, bool active) external;

    /// @notice Sets the cap per claim, and from which payment on how many signatures are needed. Owner only.
    function setControls(uint64 claimCap, uint64 quorumAbove, uint8 quorum) external;

    /// @notice Voids every decision that was signed and not used. Owner only.
    function advanceEpoch() external;

    // -- Treasury -----------------------------------------------------------------------------------------------------

    /// @notice Brings money in, by allowance, as surplus. Anyone may.
    /// @dev WARNING: a plain transfer to the book is a gift to its policyholders: it stays in the book for good.
    /// @param amount Token units, whole cents.
    function fund(uint256 amount) external;

    /// @notice Takes out what nobody has a claim to. Owner only.
    /// @param amount Token units, whole cents.
    function withdrawSurplus(address to, uint256 amount) external;

    /// @notice Pays the caller's whole credit to an address of its choice, since its own may be the one that cannot receive.
    /// @return amount Cents.
    function withdrawCredit(address to) external returns (uint64 amount);

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @notice A policy's record; all zero where never issued.
    function policyOf(uint64 policy) external view returns (Policy memory);

    /// @notice Where a policy stands today.
    function statusOf(uint64 policy) external view returns (PolicyStatus);

    /// @notice A claim's record; all zero where it was not submitted in two steps.
    function claimOf(bytes32 claim) external view returns (Claim memory);

    /// @notice When a provider anchored a roll, in Unix seconds, or 0.
    function anchoredAt(address provider, bytes32 roll) external view returns (uint40);

    /// @notice What a provider owes.
    function debtsOf(address provider) external view returns (DebtQueue memory);

    /// @notice What is left of one of a provider's debts.
    function debtOf(address provider, uint32 debt) external view returns (Debt memory);

    /// @notice Reverts as {settle} would where a policy does not cover a year's services in a rank, or cannot pay so much.
    function requirePayable(uint64 policy, uint32 serviceYear, uint8 rank, uint64 cents) external view;

    /// @notice The id of the claim that an invoice makes: its struct hash.
    function claimIdOf(ProviderInvoice calldata invoice) external pure returns (bytes32);

    /// @notice The id of the payment that a batch makes on a claim.
    function paymentIdOf(bytes32 batch, bytes32 claim) external view returns (bytes32);

    /// @notice Whether a key may sign decisions.
    function isAdjudicator(address adjudicator) external view returns (bool);

    /// @notice Epoch, cap and quorum.
    function controls() external view returns (Controls memory);

    /// @notice Whose the money in the book is.
    function totals() external view returns (Totals memory);

    /// @notice What waits for a payee. Cents.
    function creditOf(address payee) external view returns (uint64);

    /// @notice What the insurer may take out. Token units.
    function surplus() external view returns (uint256);

    /// @notice The token that the book pays in.
    function token() external view returns (IERC20);

    /// @notice Token units in a cent.
    function unitsPerCent() external view returns (uint256);

    /// @notice Where evidence is spent.
    function registry() external view returns (IRegistry);

    /// @notice Days after the end of cover in which claims may come in and the reserve stays locked.
    function runOutDays() external view returns (uint16);

    /// @notice The separator of domain B.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
