// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {Days} from "./libraries/Days.sol";
import {SpentBits} from "./libraries/SpentBits.sol";
import {Treasury} from "./Treasury.sol";
import {PolicyWord} from "./types/PolicyWord.sol";
import {Policy, PolicyStatus} from "./types/Records.sol";

/// @title The room of the policies
/// @dev A policy names nobody: which person it covers is the engine's knowledge, bound by its decision on an invoice that
/// names the policy.
abstract contract Policies is Treasury {
    /// @inheritdoc IInsurerBook
    uint16 public immutable runOutDays;

    /// @dev Where the policies lie: policy p at this slot + p. They are an array with room for every id, in a part of the
    /// storage that nothing else reaches; a mapping would hash each id.
    uint256 internal constant POLICIES = uint256(keccak256("claims.InsurerBook.policies")) & ~uint256(type(uint64).max);

    constructor(uint16 runOutDays_) {
        runOutDays = runOutDays_;
    }

    // -- Acts ---------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function issuePolicy(uint64 policy, uint16 year, uint64 limit, uint64 reserve, uint8 ranks) external virtual onlyOwner {
        if (policy == 0) revert Policies_Unknown(policy);
        if (_policy(policy).ranks != 0) revert Policies_Exists(policy);
        if (year < Days.FIRST_YEAR || year > Days.LAST_YEAR) revert Policies_YearInvalid(year);
        if (ranks == 0 || ranks >> SpentBits.RANKS != 0) revert Policies_RanksInvalid(ranks);
        if (reserve > limit) revert Policies_ReserveAboveLimit(policy, reserve, limit);

        _takeSurplus(reserve);
        Policy storage record = _policy(policy);
        record.limit = limit;
        record.reserve = reserve;
        record.year = year;
        record.ranks = ranks;
        emit PolicyIssued(policy, year, limit, reserve, ranks);
    }

    /// @inheritdoc IInsurerBook
    function cancelPolicy(uint64 policy, uint16 endDay) external virtual onlyOwner {
        Policy storage record = _issued(policy);
        PolicyStatus status = _statusOf(record);
        if (status != PolicyStatus.Active) revert Policies_NotActive(policy, status);
        uint256 earliest = Days.today();
        uint256 latest = Days.firstOf(uint256(record.year) + 1) - 1;
        if (endDay < earliest || endDay > latest) revert Policies_EndDayInvalid(policy, endDay, earliest, latest);

        record.endDay = endDay;
        emit PolicyCancelled(policy, endDay);
    }

    /// @inheritdoc IInsurerBook
    function raiseReserve(uint64 policy, uint64 amount) external virtual onlyOwner {
        Policy storage record = _issued(policy);
        uint256 reserve = uint256(record.reserve) + amount;
        uint256 remaining = record.limit - record.paid;
        if (reserve > remaining) revert Policies_ReserveAboveLimit(policy, reserve, remaining);

        _takeSurplus(amount);
        record.reserve = uint64(reserve);
        emit ReserveRaised(policy, amount);
    }

    /// @inheritdoc IInsurerBook
    function releaseReserve(uint64 policy) external virtual onlyOwner {
        Policy storage record = _issued(policy);
        uint256 end = record.endDay != 0 ? record.endDay : Days.firstOf(uint256(record.year) + 1);
        uint256 openUntil = end + runOutDays;
        uint256 today = Days.today();
        if (today < openUntil) revert Policies_RunOutOpen(policy, today, openUntil);

        uint64 amount = record.reserve;
        record.reserve = 0;
        _returnSurplus(amount);
        emit ReserveReleased(policy, amount);
    }

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function policyOf(uint64 policy) external view returns (Policy memory copy) {
        Policy storage record = _policy(policy);
        copy.limit = record.limit;
        (copy.paid, copy.reserve) = (record.paid, record.reserve);
        (copy.year, copy.endDay) = (record.year, record.endDay);
        (copy.ranks, copy.submittedMarks) = (record.ranks, record.submittedMarks);
    }

    /// @inheritdoc IInsurerBook
    function statusOf(uint64 policy) external view returns (PolicyStatus) {
        return _statusOf(_policy(policy));
    }

    // -- For the other rooms ------------------------------------------------------------------------------------------

    /// @dev A policy's record, issued or not.
    function _policy(uint64 policy) internal pure returns (Policy storage record) {
        uint256 slot = POLICIES + policy;
        assembly ("memory-safe") {
            record.slot := slot
        }
    }

    /// @dev A policy's slot as it stands. Between this and the write nobody is called who could change it: the registry and
    /// wallets that check signatures, and they are asked statically.
    function _policyWord(uint64 policy) internal view returns (PolicyWord word) {
        uint256 slot = POLICIES + policy;
        assembly ("memory-safe") {
            word := sload(slot)
        }
    }

    /// @dev Check: that a policy covers services of a year, in a rank; whatever its status is today.
    function _checkCover(uint64 policy, PolicyWord word, uint32 serviceYear, uint8 rank) internal pure {
        (uint16 year, uint16 endDay, uint8 ranks) = (word.year(), word.endDay(), word.ranks());
        if (ranks == 0) revert Policies_Unknown(policy);
        if (year != serviceYear) revert Policies_YearMismatch(policy, year, serviceYear);
        if (endDay != 0 && endDay <= Days.firstOf(year)) revert Policies_NeverInForce(policy, endDay);
        if ((ranks >> rank) & 1 == 0) revert Policies_RankNotCovered(policy, rank, ranks);
    }

    /// @dev Check: that a policy's limit and reserve suffice.
    function _checkDraw(uint64 policy, PolicyWord word, uint64 cents) internal pure {
        uint64 remaining;
        unchecked {
            remaining = word.limit() - word.paid(); // no draw takes paid beyond the limit
        }
        if (cents > remaining) revert Policies_LimitExceeded(policy, cents, remaining);
        uint64 reserve = word.reserve();
        if (cents > reserve) revert Policies_ReserveExceeded(policy, cents, reserve);
    }

    /// @dev Check and effect: draws a payment from a policy's limit and reserve, in one write.
    function _draw(uint64 policy, PolicyWord word, uint64 cents) internal {
        _checkDraw(policy, word, cents);
        _write(policy, word.drawn(cents));
    }

    /// @dev Effect: gives back to a policy what was paid too much on it: its limit and its reserve grow again.
    function _restore(Policy storage record, uint64 cents) internal {
        record.paid -= cents;
        record.reserve += cents;
    }

    /// @dev Effect: that a claim of this id was submitted on a policy, or decided anew.
    function _mark(uint64 policy, PolicyWord word, bytes32 claim) internal {
        if (!word.isMarked(claim)) _write(policy, word.marked(claim));
    }

    function _write(uint64 policy, PolicyWord word) private {
        uint256 slot = POLICIES + policy;
        assembly ("memory-safe") {
            sstore(slot, word)
        }
    }

    function _issued(uint64 policy) private view returns (Policy storage record) {
        record = _policy(policy);
        if (record.ranks == 0) revert Policies_Unknown(policy);
    }

    function _statusOf(Policy storage record) private view returns (PolicyStatus) {
        if (record.ranks == 0) return PolicyStatus.None;
        if (record.endDay != 0) return PolicyStatus.Cancelled;
        if (Days.today() >= Days.firstOf(uint256(record.year) + 1)) return PolicyStatus.Expired;
        return PolicyStatus.Active;
    }
}
