// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Policies} from "./Policies.sol";
import {Debt, DebtQueue} from "./types/Records.sol";

/// @title The room of the debts: what providers were paid too much, and give back out of later payments
/// @dev A debt never takes anything from a provider's account: it lowers what later approvals pay out, the oldest first, and
/// what is kept goes back to the policy that paid too much. A payment looks for debts only where the registry says that the
/// provider has some in a book, or in a batch, where one look serves all its claims.
abstract contract Debts is Policies {
    /// @dev The most debts that one payment settles, so that no number of them exhausts a transaction.
    uint256 private constant MOST_DEBTS = 64;

    /// @inheritdoc IInsurerBook
    IRegistry public immutable registry;

    mapping(address provider => DebtQueue) private _queues;
    mapping(address provider => mapping(uint32 debt => Debt)) private _debts;

    constructor(IRegistry registry_) {
        if (address(registry_).code.length == 0) revert Treasury_NoCode(address(registry_));
        registry = registry_;
    }

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function debtsOf(address provider) external view returns (DebtQueue memory) {
        return _queues[provider];
    }

    /// @inheritdoc IInsurerBook
    function debtOf(address provider, uint32 debt) external view returns (Debt memory) {
        return _debts[provider][debt];
    }

    // -- For the other rooms ------------------------------------------------------------------------------------------

    /// @dev Effect: a provider owes what a claim was paid too much.
    function _owe(address provider, bytes32 claim, uint64 policy, uint64 cents) internal {
        DebtQueue memory queue = _queues[provider];
        uint32 debt = queue.next;
        _debts[provider][debt] = Debt({policy: policy, amount: cents});
        if (queue.total == 0) registry.setIndebted(provider, true);
        queue.next = debt + 1;
        queue.total += cents;
        _queues[provider] = queue;
        emit DebtOpened(provider, debt, claim, policy, cents);
    }

    /// @dev Effect: keeps of a payment what its payee owes, the oldest debt first.
    /// @return rest What is left to pay out.
    function _net(bytes32 payment, address provider, uint64 cents) internal returns (uint64 rest) {
        rest = cents;
        DebtQueue memory queue = _queues[provider];
        if (queue.total == 0 || rest == 0) return rest;
        for (uint256 i; i < MOST_DEBTS && rest != 0 && queue.first != queue.next; ++i) {
            Debt storage debt = _debts[provider][queue.first];
            (uint64 policy, uint64 amount) = (debt.policy, debt.amount);
            uint64 taken = amount < rest ? amount : rest;
            debt.amount = amount - taken;
            _restore(_policy(policy), taken);
            emit DebtNetted(payment, provider, queue.first, taken);
            rest -= taken;
            queue.total -= taken;
            if (taken == amount) ++queue.first;
        }
        _queues[provider] = queue;
        if (queue.total == 0) registry.setIndebted(provider, false);
    }
}
