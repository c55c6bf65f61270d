// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Invoices} from "./Invoices.sol";
import {BookTypes} from "./libraries/BookTypes.sol";
import {EvidenceTypes} from "./libraries/EvidenceTypes.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {StructArrays} from "./libraries/StructArrays.sol";
import {ControlsWord} from "./types/ControlsWord.sol";
import {PolicyWord} from "./types/PolicyWord.sol";
import {Claim, ClaimStatus, Controls} from "./types/Records.sol";
import {
    Approval,
    ClaimDecision,
    EncounterAttestation,
    Evidence,
    EvidenceReference,
    Outcomes,
    ProviderInvoice,
    SignedDecision
} from "./types/SignedTypes.sol";

/// @title The room of the claims
abstract contract Claims is Invoices {
    using BookTypes for ProviderInvoice;
    using BookTypes for ClaimDecision;
    using EvidenceTypes for EncounterAttestation;

    uint256 private constant MOST_EVIDENCE = 16;
    uint256 private constant MOST_ADJUDICATORS = 16;

    /// @dev The controls, and a copy in the slot of each adjudicator: a decision then reads one slot, not two. Whatever
    /// changes the controls writes every copy.
    Controls private _controls;
    address[] private _adjudicatorList;
    mapping(address adjudicator => Controls) private _adjudicators;
    mapping(bytes32 claim => Claim) private _claims;

    constructor(uint64 claimCap, uint64 quorumAbove, uint8 quorum) {
        _setControls(1, claimCap, quorumAbove, quorum);
    }

    // -- Acts of the provider and the payer ---------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function submit(ProviderInvoice calldata invoice_, EvidenceReference[] calldata evidence)
        external virtual
        returns (bytes32 claim)
    {
        // Check.
        ProviderInvoice memory invoice;
        (invoice, claim) = invoice_.read();
        _checkConsent(invoice);
        if (_claims[claim].status != ClaimStatus.None) revert Claims_AlreadySubmitted(claim);
        uint256 count = evidence.length;
        if (count == 0 || count > MOST_EVIDENCE) revert IRegistry.Registry_EvidenceCount(count);
        if (registry.providerOf(invoice.provider).controller == 0) {
            revert IRegistry.Registry_ProviderUnknown(invoice.provider);
        }
        PolicyWord policy = _policyWord(invoice.policy);
        bytes32[] memory digests = StructArrays.allocate(count);
        for (uint256 i; i < count; ++i) {
            uint32 practitioner = evidence[i].practitioner;
            (EncounterAttestation memory attestation, bytes32 hash) = evidence[i].attestation.read();
            if (attestation.provider != invoice.provider) {
                revert IRegistry.Registry_ProviderMismatch(attestation.provider, invoice.provider);
            }
            _checkCover(invoice.policy, policy, attestation.serviceYear, invoice.rank);
            registry.requireUnspent(practitioner, invoice.rank, attestation.sequence);
            digests[i] = EvidenceTypes.digest(practitioner, hash);
        }
        _checkAttestations(invoice, StructArrays.hash(digests));

        // Effect.
        _mark(invoice.policy, policy, claim);
        _claims[claim] = Claim({
            status: ClaimStatus.Submitted, revision: 0, submittedAt: uint40(block.timestamp), allowed: 0, paid: 0
        });
        emit ClaimSubmitted(claim, invoice.provider, invoice.policy);
    }

    /// @inheritdoc IInsurerBook
    function decide(Evidence[] calldata evidence, SignedDecision calldata signed, ProviderInvoice calldata invoice_)
        external virtual
        returns (bytes32 payment)
    {
        // Check.
        (ProviderInvoice memory invoice, bytes32 claim) = invoice_.read();
        Claim memory record = _claims[claim];
        if (record.status == ClaimStatus.None) revert Claims_NotSubmitted(claim);
        if (record.status != ClaimStatus.Submitted && record.status != ClaimStatus.Pended) {
            revert Claims_Closed(claim);
        }
        ClaimDecision memory decision = _checkDecision(claim, record.revision, signed);

        // Effect.
        uint8 outcome = decision.outcome;
        record.revision = decision.revision;
        if (outcome == Outcomes.APPROVED) {
            record.status = ClaimStatus.Paid;
            record.allowed = decision.allowed;
            record.paid = decision.paid;
            _claims[claim] = record;
            return _approve(claim, invoice, _policyWord(invoice.policy), evidence, decision, signed.batch);
        }
        if (outcome != Outcomes.DENIED && outcome != Outcomes.PENDED) revert Claims_OutcomeInvalid(outcome);
        if (decision.paid != 0) revert Claims_PaidWithoutApproval(outcome, decision.paid);
        if (evidence.length != 0) revert Claims_EvidenceUnexpected(evidence.length);
        record.status = outcome == Outcomes.DENIED ? ClaimStatus.Denied : ClaimStatus.Pended;
        _claims[claim] = record;
        emit ClaimDecided(claim, decision.revision, outcome);
    }

    /// @inheritdoc IInsurerBook
    function settle(Evidence[] calldata evidence, SignedDecision calldata signed, ProviderInvoice calldata invoice_)
        external virtual
        returns (bytes32 payment)
    {
        // Check. A claim that was submitted has revisions of its own; a decision of before must not pass it by.
        (ProviderInvoice memory invoice, bytes32 claim) = invoice_.read();
        _checkConsent(invoice);
        PolicyWord policy = _policyWord(invoice.policy);
        if (_isOpen(policy, claim)) revert Claims_AlreadySubmitted(claim);
        ClaimDecision memory decision = _checkDecision(claim, 0, signed);
        if (decision.outcome != Outcomes.APPROVED) revert Claims_NotApproved(decision.outcome);

        return _approve(claim, invoice, policy, evidence, decision, signed.batch);
    }

    /// @inheritdoc IInsurerBook
    function revise(
        ProviderInvoice calldata invoice_,
        EvidenceReference[] calldata evidence,
        SignedDecision calldata paid,
        SignedDecision calldata revised
    ) external virtual returns (bytes32 payment) {
        // Check: a claim without a slot was paid by its first decision, which is shown again, and its bits are spent.
        (ProviderInvoice memory invoice, bytes32 claim) = invoice_.read();
        Claim memory record = _claims[claim];
        (bytes32 linesRoot, uint8 evidenceClass) = _checkSpent(invoice, evidence);
        if (record.status == ClaimStatus.None) {
            // Signed under one id: an approval that was signed once and never used is not shown as the one that paid.
            if (paid.batch != revised.batch) revert Claims_BatchMismatch(paid.batch, revised.batch);
            ClaimDecision memory first = _checkDecision(claim, 0, paid);
            if (first.outcome != Outcomes.APPROVED) revert Claims_NotApproved(first.outcome);
            (record.revision, record.paid) = (first.revision, first.paid);
        } else if (record.status != ClaimStatus.Paid && record.status != ClaimStatus.Recouped) {
            revert Claims_NotPaid(claim);
        }
        ClaimDecision memory decision = _checkDecision(claim, record.revision, revised);
        if (decision.outcome != Outcomes.APPROVED) revert Claims_NotApproved(decision.outcome);
        _checkAmounts(decision, invoice.billed);
        if (decision.linesRoot != linesRoot) revert Claims_RootMismatch(decision.linesRoot, linesRoot);
        if (decision.evidenceClass != evidenceClass) {
            revert Claims_ClassMismatch(decision.evidenceClass, evidenceClass);
        }

        // Effect: the claim lives on in a slot, and its policy knows.
        uint64 before = record.paid;
        record.status = decision.paid == 0 ? ClaimStatus.Recouped : ClaimStatus.Paid;
        (record.revision, record.allowed, record.paid) = (decision.revision, decision.allowed, decision.paid);
        _claims[claim] = record;
        _mark(invoice.policy, _policyWord(invoice.policy), claim);
        payment = paymentIdOf(revised.batch, claim);
        emit ClaimRevised(
            claim, payment, invoice.provider, invoice.policy, decision.revision, before, decision.paid
        );

        // Effect: too much becomes a debt. Effect and interaction: too little is paid.
        if (decision.paid < before) {
            _owe(invoice.provider, claim, invoice.policy, before - decision.paid);
        } else if (decision.paid > before) {
            uint64 more = decision.paid - before;
            _draw(invoice.policy, _policyWord(invoice.policy), more);
            more = _net(payment, invoice.provider, more);
            if (more != 0) _pay(payment, invoice.provider, more);
        }
    }

    // -- Acts of the insurer ------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function setAdjudicator(address adjudicator, bool active) external virtual onlyOwner {
        if (adjudicator == address(0)) revert Claims_AdjudicatorZero();
        if (active != isAdjudicator(adjudicator)) {
            if (active) _name(adjudicator);
            else _remove(adjudicator);
        }
        emit AdjudicatorSet(adjudicator, active);
    }

    /// @inheritdoc IInsurerBook
    function setControls(uint64 claimCap, uint64 quorumAbove, uint8 quorum) external virtual onlyOwner {
        _setControls(_controls.epoch, claimCap, quorumAbove, quorum);
    }

    /// @inheritdoc IInsurerBook
    function advanceEpoch() external virtual onlyOwner {
        Controls memory current = _controls;
        _setControls(current.epoch + 1, current.claimCap, current.quorumAbove, current.quorum);
    }

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function claimOf(bytes32 claim) external view returns (Claim memory) {
        return _claims[claim];
    }

    /// @inheritdoc IInsurerBook
    function paymentIdOf(bytes32 batch, bytes32 claim) public view returns (bytes32 payment) {
        bytes32 domain = _domainSeparatorV4();
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, domain)
            mstore(add(free, 0x20), batch)
            mstore(add(free, 0x40), claim)
            payment := keccak256(free, 0x60)
        }
    }

    /// @inheritdoc IInsurerBook
    function isAdjudicator(address adjudicator) public view returns (bool) {
        return _adjudicators[adjudicator].quorum != 0;
    }

    /// @inheritdoc IInsurerBook
    function controls() external view returns (Controls memory) {
        return _controls;
    }

    // -- The paying path ----------------------------------------------------------------------------------------------

    /// @dev Spends the evidence of an approved claim and pays it. The decision's signatures were checked.
    function _approve(
        bytes32 claim,
        ProviderInvoice memory invoice,
        PolicyWord policy,
        Evidence[] calldata evidence,
        ClaimDecision memory decision,
        bytes32 batch
    ) private returns (bytes32 payment) {
        _checkAmounts(decision, invoice.billed);

        // Check, and effect in the registry: it calls nobody but ERC-1271 wallets, statically.
        (bytes32 attestations, bytes32 linesRoot, uint32 serviceYear, uint8 evidenceClass, bool indebted) =
            _consume(evidence, invoice.provider, invoice.rank);
        _checkAttestations(invoice, attestations);
        if (decision.linesRoot != linesRoot) revert Claims_RootMismatch(decision.linesRoot, linesRoot);
        if (decision.evidenceClass != evidenceClass) {
            revert Claims_ClassMismatch(decision.evidenceClass, evidenceClass);
        }
        _checkCover(invoice.policy, policy, serviceYear, invoice.rank);

        // Effect.
        uint64 paid = decision.paid;
        if (paid != 0) _draw(invoice.policy, policy, paid);
        payment = paymentIdOf(batch, claim);
        emit ClaimPaid(claim, payment, invoice.provider, invoice.policy, decision.revision, paid);
        if (indebted) paid = _net(payment, invoice.provider, paid);

        // Interaction.
        if (paid != 0) _pay(payment, invoice.provider, paid);
    }

    /// @dev Whether a claim has a slot: it was submitted in two steps, or decided anew after it was paid.
    function _isOpen(PolicyWord policy, bytes32 claim) internal view returns (bool) {
        return policy.isMarked(claim) && _claims[claim].status != ClaimStatus.None;
    }

    /// @dev `registry.consumeEvidence`, with the evidence handed on as it lies in calldata: its offsets are relative to its
    /// own beginning, so it needs no encoding anew. What follows it in calldata goes along and is not looked at.
    function _consume(Evidence[] calldata evidence, address provider, uint8 rank)
        private
        returns (bytes32 attestations, bytes32 linesRoot, uint32 serviceYear, uint8 evidenceClass, bool indebted)
    {
        address target = address(registry);
        bytes4 selector = IRegistry.consumeEvidence.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let start := sub(evidence.offset, 0x20)
            let size := sub(calldatasize(), start)
            mstore(free, selector)
            mstore(add(free, 0x04), 0x60)
            mstore(add(free, 0x24), provider)
            mstore(add(free, 0x44), rank)
            calldatacopy(add(free, 0x64), start, size)
            // The registry has code, as the constructor saw; it answers five words or reverts.
            if iszero(call(gas(), target, 0, free, add(0x64, size), free, 0xa0)) {
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            attestations := mload(free)
            linesRoot := mload(add(free, 0x20))
            serviceYear := mload(add(free, 0x40))
            evidenceClass := mload(add(free, 0x60))
            indebted := mload(add(free, 0x80))
        }
    }

    /// @dev Check: the evidence is that which the invoice lists, and it has paid.
    /// @return linesRoot The root that a decision about it carries.
    /// @return evidenceClass The class that it carries: the attestations', which paid as one.
    function _checkSpent(ProviderInvoice memory invoice, EvidenceReference[] calldata evidence)
        private
        view
        returns (bytes32 linesRoot, uint8 evidenceClass)
    {
        uint256 count = evidence.length;
        if (count == 0 || count > MOST_EVIDENCE) revert IRegistry.Registry_EvidenceCount(count);
        bytes32[] memory digests = StructArrays.allocate(count);
        bytes32[] memory roots = StructArrays.allocate(count);
        for (uint256 i; i < count; ++i) {
            uint32 practitioner = evidence[i].practitioner;
            (EncounterAttestation memory attestation, bytes32 hash) = evidence[i].attestation.read();
            registry.requireSpent(practitioner, invoice.rank, attestation.sequence);
            evidenceClass = attestation.evidenceClass;
            digests[i] = EvidenceTypes.digest(practitioner, hash);
            roots[i] = attestation.servicesRoot;
        }
        _checkAttestations(invoice, StructArrays.hash(digests));
        linesRoot = count == 1 ? roots[0] : StructArrays.hash(roots);
    }

    function _checkDecision(bytes32 claim, uint32 revision, SignedDecision calldata signed)
        private
        view
        returns (ClaimDecision memory decision)
    {
        bytes32 hash;
        (decision, hash) = signed.decision.read();
        if (decision.invoice != claim) revert Claims_InvoiceMismatch(decision.invoice, claim);
        if (decision.revision != revision + 1) revert Claims_RevisionMismatch(decision.revision, revision + 1);
        if (decision.interest != 0) revert Claims_InterestUnsupported(decision.interest);

        uint32 epoch = signed.epoch;
        uint40 deadline = signed.deadline;
        if (block.timestamp > deadline) revert Claims_DeadlinePassed(deadline);

        uint256 position = signed.position;
        bytes32[] calldata siblings = signed.siblings;
        if (position > siblings.length) revert Claims_PositionInvalid(position, siblings.length + 1);
        bytes32 batch = BookTypes.hashBatch(
            StructArrays.hashWith(hash, position, siblings),
            signed.traces,
            signed.rulePack,
            epoch,
            deadline,
            signed.batch
        );
        _checkApprovals(_hashTypedDataV4(batch), signed.approvals, epoch, decision.paid);
    }

    /// @dev Check: enough adjudicators signed, within their controls. All bear the same controls.
    function _checkApprovals(bytes32 digest, Approval[] calldata approvals, uint32 epoch, uint64 paid) private view {
        ControlsWord limits = _checkAdjudicators(approvals, epoch);
        uint256 count = approvals.length;
        if (paid > limits.claimCap()) revert Claims_CapExceeded(paid, limits.claimCap());
        if (paid > limits.quorumAbove() && count < limits.quorum()) {
            revert Claims_QuorumMissing(count, limits.quorum());
        }
        for (uint256 i; i < count; ++i) {
            Approval calldata approval = approvals[i];
            address adjudicator = approval.adjudicator;
            if (!Signatures.isValid(adjudicator, digest, approval.signature)) {
                revert Claims_SignatureInvalid(adjudicator);
            }
        }
    }

    /// @dev Check: those who approve may sign decisions of this epoch, each once.
    /// @return limits Their controls.
    function _checkAdjudicators(Approval[] calldata approvals, uint32 epoch)
        internal
        view
        returns (ControlsWord limits)
    {
        uint256 count = approvals.length;
        if (count == 0) revert Claims_QuorumMissing(0, 1);
        address last;
        for (uint256 i; i < count; ++i) {
            address adjudicator = approvals[i].adjudicator;
            if (adjudicator <= last) revert Claims_ApprovalsUnordered(adjudicator);
            Controls storage record = _adjudicators[adjudicator];
            assembly ("memory-safe") {
                limits := sload(record.slot)
            }
            if (limits.quorum() == 0) revert Claims_AdjudicatorUnknown(adjudicator);
            last = adjudicator;
        }
        if (epoch != limits.epoch()) revert Claims_EpochMismatch(epoch, limits.epoch());
    }

    function _checkAmounts(ClaimDecision memory decision, uint64 billed) private pure {
        (uint64 paid, uint64 allowed) = (decision.paid, decision.allowed);
        if (paid > allowed) revert Claims_PaidAboveAllowed(paid, allowed);
        if (allowed > billed) revert Claims_AllowedAboveBilled(allowed, billed);
        uint256 shares;
        unchecked {
            shares = uint256(paid) + decision.otherPayer + decision.patient;
        }
        if (shares > billed) revert Claims_SharesAboveBilled(shares, billed);
    }

    // -- Adjudicators and controls ------------------------------------------------------------------------------------

    function _name(address adjudicator) private {
        uint256 count = _adjudicatorList.length;
        if (count == MOST_ADJUDICATORS) revert Claims_AdjudicatorsTooMany(count);
        _adjudicatorList.push(adjudicator);
        _adjudicators[adjudicator] = _controls;
    }

    function _remove(address adjudicator) private {
        uint256 last = _adjudicatorList.length - 1;
        for (uint256 i; i < last; ++i) {
            if (_adjudicatorList[i] == adjudicator) _adjudicatorList[i] = _adjudicatorList[last];
        }
        _adjudicatorList.pop();
        delete _adjudicators[adjudicator];
    }

    function _setControls(uint32 epoch, uint64 claimCap, uint64 quorumAbove, uint8 quorum) private {
        if (quorum == 0) revert Claims_QuorumZero();
        Controls memory updated =
            Controls({epoch: epoch, claimCap: claimCap, quorumAbove: quorumAbove, quorum: quorum});
        _controls = updated;
        for (uint256 i; i < _adjudicatorList.length; ++i) {
            _adjudicators[_adjudicatorList[i]] = updated;
        }
        emit ControlsSet(epoch, claimCap, quorumAbove, quorum);
    }
}
