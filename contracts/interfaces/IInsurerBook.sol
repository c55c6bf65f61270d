// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRegistry} from "./IRegistry.sol";
import {Claim, Controls, Policy, PolicyStatus, Totals} from "../types/Records.sol";
import {Evidence, EvidenceReference, ProviderInvoice, SignedDecision} from "../types/SignedTypes.sol";

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

    // -- Errors: claims -----------------------------------------------------------------------------------------------

    /// @notice The claim was submitted before.
    error Claims_AlreadySubmitted(bytes32 claim);
    /// @notice The claim was not submitted.
    error Claims_NotSubmitted(bytes32 claim);
    /// @notice The claim was decided for good.
    error Claims_Closed(bytes32 claim);
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
    function decide(ProviderInvoice calldata invoice, Evidence[] calldata evidence, SignedDecision calldata decision)
        external
        returns (bytes32 payment);

    /// @notice Settles a claim in one transaction, which the provider sends; sending is its consent to the charge. No
    /// claim slot is written: the spent bits remember.
    /// @dev Emits {ClaimPaid}.
    /// @return payment The payment's id: keccak256(domain separator ‖ batch ‖ claim).
    function settle(ProviderInvoice calldata invoice, Evidence[] calldata evidence, SignedDecision calldata decision)
        external
        returns (bytes32 payment);

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
