// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {Days} from "./libraries/Days.sol";
import {SpentBits} from "./libraries/SpentBits.sol";
import {Treasury} from "./Treasury.sol";
import {Policy, PolicyStatus} from "./types/Records.sol";

/// @title The room of the policies
/// @dev A policy names nobody: which person it covers is the engine's knowledge, bound by its decision on an invoice that
/// names the policy.
abstract contract Policies is Treasury {
    /// @inheritdoc IInsurerBook
    uint16 public immutable runOutDays;

    uint256 private constant MARKS = 24;

    mapping(uint64 policy => Policy) private _policies;

    constructor(uint16 runOutDays_) {
        runOutDays = runOutDays_;
    }

    // -- Acts ---------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function issuePolicy(uint64 policy, uint16 year, uint64 limit, uint64 reserve, uint8 ranks) external onlyOwner {
        if (policy == 0) revert Policies_Unknown(policy);
        if (_policies[policy].ranks != 0) revert Policies_Exists(policy);
        if (year < Days.FIRST_YEAR || year > Days.LAST_YEAR) revert Policies_YearInvalid(year);
        if (ranks == 0 || ranks >> SpentBits.RANKS != 0) revert Policies_RanksInvalid(ranks);
        if (reserve > limit) revert Policies_ReserveAboveLimit(policy, reserve, limit);

        _takeSurplus(reserve);
        _policies[policy] = Policy({
            limit: limit, paid: 0, reserve: reserve, year: year, endDay: 0, ranks: ranks, submittedMarks: 0
        });
        emit PolicyIssued(policy, year, limit, reserve, ranks);
    }

    /// @inheritdoc IInsurerBook
    function cancelPolicy(uint64 policy, uint16 endDay) external onlyOwner {
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
    function raiseReserve(uint64 policy, uint64 amount) external onlyOwner {
        Policy storage record = _issued(policy);
        uint256 reserve = uint256(record.reserve) + amount;
        uint256 remaining = record.limit - record.paid;
        if (reserve > remaining) revert Policies_ReserveAboveLimit(policy, reserve, remaining);

        _takeSurplus(amount);
        record.reserve = uint64(reserve);
        emit ReserveRaised(policy, amount);
    }

    /// @inheritdoc IInsurerBook
    function releaseReserve(uint64 policy) external onlyOwner {
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
    function policyOf(uint64 policy) external view returns (Policy memory) {
        return _policies[policy];
    }

    /// @inheritdoc IInsurerBook
    function statusOf(uint64 policy) external view returns (PolicyStatus) {
        return _statusOf(_policies[policy]);
    }

    // -- For the other rooms ------------------------------------------------------------------------------------------

    /// @dev A policy's record, issued or not.
    function _policy(uint64 policy) internal view returns (Policy storage) {
        return _policies[policy];
    }

    /// @dev Check: that a policy covers services of a year, in a rank; whatever its status is today.
    function _checkCover(uint64 policy, Policy storage record, uint32 serviceYear, uint8 rank) internal view {
        (uint16 year, uint16 endDay, uint8 ranks) = (record.year, record.endDay, record.ranks);
        if (ranks == 0) revert Policies_Unknown(policy);
        if (year != serviceYear) revert Policies_YearMismatch(policy, year, serviceYear);
        if (endDay != 0 && endDay <= Days.firstOf(year)) revert Policies_NeverInForce(policy, endDay);
        if ((ranks >> rank) & 1 == 0) revert Policies_RankNotCovered(policy, rank, ranks);
    }

    /// @dev Check and effect: draws a payment from a policy's limit and reserve.
    function _draw(uint64 policy, Policy storage record, uint64 cents) internal {
        uint64 remaining;
        unchecked {
            remaining = record.limit - record.paid; // no draw takes paid beyond the limit
        }
        if (cents > remaining) revert Policies_LimitExceeded(policy, cents, remaining);
        uint64 reserve = record.reserve;
        if (cents > reserve) revert Policies_ReserveExceeded(policy, cents, reserve);
        // paid += cents and reserve -= cents in one write: both were checked, so nothing is carried between the fields.
        assembly ("memory-safe") {
            sstore(record.slot, sub(add(sload(record.slot), shl(64, cents)), shl(128, cents)))
        }
    }

    /// @dev Effect: that a claim of this id was submitted on a policy.
    function _mark(Policy storage record, bytes32 claim) internal {
        uint24 marks = record.submittedMarks;
        uint24 mark = _markOf(claim);
        if (marks & mark == 0) record.submittedMarks = marks | mark;
    }

    /// @dev Whether a claim may have been submitted on a policy; never false for one that was.
    function _isMarked(Policy storage record, bytes32 claim) internal view returns (bool) {
        return record.submittedMarks & _markOf(claim) != 0;
    }

    function _markOf(bytes32 claim) private pure returns (uint24) {
        return uint24(1 << (uint256(claim) % MARKS));
    }

    function _issued(uint64 policy) private view returns (Policy storage record) {
        record = _policies[policy];
        if (record.ranks == 0) revert Policies_Unknown(policy);
    }

    function _statusOf(Policy storage record) private view returns (PolicyStatus) {
        if (record.ranks == 0) return PolicyStatus.None;
        if (record.endDay != 0) return PolicyStatus.Cancelled;
        if (Days.today() >= Days.firstOf(uint256(record.year) + 1)) return PolicyStatus.Expired;
        return PolicyStatus.Active;
    }
}
