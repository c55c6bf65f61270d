// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Invoices} from "./Invoices.sol";
import {BookTypes} from "./libraries/BookTypes.sol";
import {EvidenceTypes} from "./libraries/EvidenceTypes.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {StructArrays} from "./libraries/StructArrays.sol";
import {Policies} from "./Policies.sol";
import {Claim, ClaimStatus, Controls, Policy} from "./types/Records.sol";
import {
    Approval,
    ClaimDecision,
    Consumed,
    EncounterAttestation,
    Evidence,
    EvidenceReference,
    Outcomes,
    ProviderInvoice,
    SignedDecision
} from "./types/SignedTypes.sol";

/// @title The room of the claims
abstract contract Claims is Policies, Invoices {
    using BookTypes for ProviderInvoice;
    using BookTypes for ClaimDecision;
    using EvidenceTypes for EncounterAttestation;

    uint256 private constant MOST_EVIDENCE = 16;

    /// @inheritdoc IInsurerBook
    IRegistry public immutable registry;

    Controls private _controls;
    mapping(address adjudicator => bool) private _adjudicators;
    mapping(bytes32 claim => Claim) private _claims;

    constructor(IRegistry registry_, uint64 claimCap, uint64 quorumAbove, uint8 quorum) {
        if (address(registry_).code.length == 0) revert Treasury_NoCode(address(registry_));
        registry = registry_;
        _controls.epoch = 1;
        _setControls(claimCap, quorumAbove, quorum);
    }

    // -- Acts of the provider and the payer ---------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function submit(ProviderInvoice calldata invoice, EvidenceReference[] calldata evidence)
        external
        returns (bytes32 claim)
    {
        // Check.
        claim = _checkPresented(invoice);
        if (_claims[claim].status != ClaimStatus.None) revert Claims_AlreadySubmitted(claim);
        uint256 count = evidence.length;
        if (count == 0 || count > MOST_EVIDENCE) revert IRegistry.Registry_EvidenceCount(count);
        bytes32[] memory digests = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            EvidenceReference calldata item = evidence[i];
            if (item.attestation.provider != invoice.provider) {
                revert IRegistry.Registry_ProviderMismatch(item.attestation.provider, invoice.provider);
            }
            _checkCover(invoice.policy, item.attestation.serviceYear, invoice.rank);
            registry.requireUnspent(item.practitioner, invoice.rank, item.attestation.sequence);
            digests[i] = EvidenceTypes.digest(item.practitioner, item.attestation.hash());
        }
        _checkAttestations(invoice, StructArrays.hash(digests));

        // Effect.
        _claims[claim] = Claim({
            status: ClaimStatus.Submitted, revision: 0, submittedAt: uint40(block.timestamp), allowed: 0, paid: 0
        });
        emit ClaimSubmitted(claim, invoice.provider, invoice.policy);
    }

    /// @inheritdoc IInsurerBook
    function decide(ProviderInvoice calldata invoice, Evidence[] calldata evidence, SignedDecision calldata decision)
        external
        returns (bytes32 payment)
    {
        // Check.
        bytes32 claim = invoice.hash();
        Claim memory record = _claims[claim];
        if (record.status == ClaimStatus.None) revert Claims_NotSubmitted(claim);
        if (record.status != ClaimStatus.Submitted && record.status != ClaimStatus.Pended) {
            revert Claims_Closed(claim);
        }
        _checkDecision(claim, record.revision, decision);

        // Effect.
        ClaimDecision calldata decided = decision.decision;
        uint8 outcome = decided.outcome;
        record.revision = decided.revision;
        if (outcome == Outcomes.APPROVED) {
            record.status = ClaimStatus.Paid;
            record.allowed = decided.allowed;
            record.paid = decided.paid;
            _claims[claim] = record;
            return _approve(claim, invoice, evidence, decision);
        }
        if (outcome != Outcomes.DENIED && outcome != Outcomes.PENDED) revert Claims_OutcomeInvalid(outcome);
        if (decided.paid != 0) revert Claims_PaidWithoutApproval(outcome, decided.paid);
        if (evidence.length != 0) revert Claims_EvidenceUnexpected(evidence.length);
        record.status = outcome == Outcomes.DENIED ? ClaimStatus.Denied : ClaimStatus.Pended;
        _claims[claim] = record;
        emit ClaimDecided(claim, decided.revision, outcome);
    }

    /// @inheritdoc IInsurerBook
    function settle(ProviderInvoice calldata invoice, Evidence[] calldata evidence, SignedDecision calldata decision)
        external
        returns (bytes32 payment)
    {
        // Check. A claim that was submitted has revisions of its own; a decision of before must not pass it by.
        bytes32 claim = _checkPresented(invoice);
        if (_claims[claim].status != ClaimStatus.None) revert Claims_AlreadySubmitted(claim);
        if (decision.decision.outcome != Outcomes.APPROVED) revert Claims_NotApproved(decision.decision.outcome);
        _checkDecision(claim, 0, decision);

        return _approve(claim, invoice, evidence, decision);
    }

    // -- Acts of the insurer ------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function setAdjudicator(address adjudicator, bool active) external onlyOwner {
        if (adjudicator == address(0)) revert Claims_AdjudicatorZero();
        _adjudicators[adjudicator] = active;
        emit AdjudicatorSet(adjudicator, active);
    }

    /// @inheritdoc IInsurerBook
    function setControls(uint64 claimCap, uint64 quorumAbove, uint8 quorum) external onlyOwner {
        _setControls(claimCap, quorumAbove, quorum);
    }

    /// @inheritdoc IInsurerBook
    function advanceEpoch() external onlyOwner {
        uint32 epoch = _controls.epoch + 1;
        _controls.epoch = epoch;
        emit EpochAdvanced(epoch);
    }

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function claimOf(bytes32 claim) external view returns (Claim memory) {
        return _claims[claim];
    }

    /// @inheritdoc IInsurerBook
    function paymentIdOf(bytes32 batch, bytes32 claim) public view returns (bytes32) {
        return keccak256(abi.encode(_domainSeparatorV4(), batch, claim));
    }

    /// @inheritdoc IInsurerBook
    function isAdjudicator(address adjudicator) external view returns (bool) {
        return _adjudicators[adjudicator];
    }

    /// @inheritdoc IInsurerBook
    function controls() external view returns (Controls memory) {
        return _controls;
    }

    // -- The paying path ----------------------------------------------------------------------------------------------

    /// @dev Spends the evidence of an approved claim and pays it. The decision's own checks are done.
    function _approve(
        bytes32 claim,
        ProviderInvoice calldata invoice,
        Evidence[] calldata evidence,
        SignedDecision calldata decision
    ) private returns (bytes32 payment) {
        ClaimDecision calldata decided = decision.decision;
        _checkAmounts(decided, invoice.billed);

        // Check, and effect in the registry: it calls nobody but ERC-1271 wallets, statically.
        Consumed memory consumed = registry.consume(invoice.rank, invoice.provider, evidence);
        _checkAttestations(invoice, consumed.attestations);
        if (decided.linesRoot != consumed.linesRoot) {
            revert Claims_RootMismatch(decided.linesRoot, consumed.linesRoot);
        }
        if (decided.evidenceClass != consumed.evidenceClass) {
            revert Claims_ClassMismatch(decided.evidenceClass, consumed.evidenceClass);
        }
        Policy memory policy = _checkCover(invoice.policy, consumed.serviceYear, invoice.rank);

        // Effect.
        uint64 paid = decided.paid;
        if (paid != 0) _draw(invoice.policy, policy, paid);
        payment = paymentIdOf(decision.batch, claim);
        emit ClaimPaid(claim, payment, invoice.provider, invoice.policy, decided.revision, paid);

        // Interaction.
        if (paid != 0) _pay(payment, invoice.provider, paid);
    }

    function _checkDecision(bytes32 claim, uint32 revision, SignedDecision calldata signed) private view {
        ClaimDecision calldata decided = signed.decision;
        if (decided.invoice != claim) revert Claims_InvoiceMismatch(decided.invoice, claim);
        if (decided.revision != revision + 1) revert Claims_RevisionMismatch(decided.revision, revision + 1);
        if (decided.interest != 0) revert Claims_InterestUnsupported(decided.interest);

        Controls memory controls_ = _controls;
        if (signed.epoch != controls_.epoch) revert Claims_EpochMismatch(signed.epoch, controls_.epoch);
        if (block.timestamp > signed.deadline) revert Claims_DeadlinePassed(signed.deadline);
        if (decided.paid > controls_.claimCap) revert Claims_CapExceeded(decided.paid, controls_.claimCap);

        _checkApprovals(_batchDigest(signed), signed.approvals, decided.paid > controls_.quorumAbove ? controls_.quorum : 1);
    }

    function _batchDigest(SignedDecision calldata signed) private view returns (bytes32) {
        if (signed.position > signed.siblings.length) {
            revert Claims_PositionInvalid(signed.position, signed.siblings.length + 1);
        }
        return _hashTypedDataV4(
            BookTypes.hashBatch(
                StructArrays.hashWith(signed.decision.hash(), signed.position, signed.siblings),
                signed.traces,
                signed.rulePack,
                signed.epoch,
                signed.deadline,
                signed.batch
            )
        );
    }

    function _checkApprovals(bytes32 digest, Approval[] calldata approvals, uint256 needed) private view {
        if (approvals.length < needed) revert Claims_QuorumMissing(approvals.length, needed);
        address last;
        for (uint256 i; i < approvals.length; ++i) {
            address adjudicator = approvals[i].adjudicator;
            if (adjudicator <= last) revert Claims_ApprovalsUnordered(adjudicator);
            if (!_adjudicators[adjudicator]) revert Claims_AdjudicatorUnknown(adjudicator);
            if (!Signatures.isValid(adjudicator, digest, approvals[i].signature)) {
                revert Claims_SignatureInvalid(adjudicator);
            }
            last = adjudicator;
        }
    }

    function _checkAmounts(ClaimDecision calldata decided, uint64 billed) private pure {
        if (decided.paid > decided.allowed) revert Claims_PaidAboveAllowed(decided.paid, decided.allowed);
        if (decided.allowed > billed) revert Claims_AllowedAboveBilled(decided.allowed, billed);
        uint256 shares = uint256(decided.paid) + decided.otherPayer + decided.patient;
        if (shares > billed) revert Claims_SharesAboveBilled(shares, billed);
    }

    function _setControls(uint64 claimCap, uint64 quorumAbove, uint8 quorum) private {
        if (quorum == 0) revert Claims_QuorumZero();
        _controls.claimCap = claimCap;
        _controls.quorumAbove = quorumAbove;
        _controls.quorum = quorum;
        emit ControlsSet(claimCap, quorumAbove, quorum);
    }
}
