// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {TokenTransfers} from "./libraries/TokenTransfers.sol";
import {Totals} from "./types/Records.sol";

/// @title The room of the money
/// @dev Money changes its name before it moves: reserved becomes owed, then it is transferred, then it is no longer owed,
/// or it becomes credited. So balance ≥ reserved + owed + credited holds whenever a token hands over control.
abstract contract Treasury is IInsurerBook, Ownable2Step {
    using SafeERC20 for IERC20;

    /// @inheritdoc IInsurerBook
    IERC20 public immutable token;
    /// @inheritdoc IInsurerBook
    uint256 public immutable unitsPerCent;

    Totals private _totals;
    mapping(address payee => uint64 cents) private _credits;

    constructor(address insurer, IERC20Metadata token_) Ownable(insurer) {
        if (address(token_).code.length == 0) revert Treasury_NoCode(address(token_));
        uint8 decimals = token_.decimals();
        if (decimals < 2 || decimals > 36) revert Treasury_DecimalsInvalid(decimals);
        token = token_;
        unitsPerCent = 10 ** (decimals - 2);
    }

    // -- Acts ---------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function fund(uint256 amount) external {
        emit Funded(msg.sender, amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IInsurerBook
    function withdrawSurplus(address to, uint256 amount) external onlyOwner {
        _checkSurplus(amount);
        emit SurplusWithdrawn(to, amount);
        token.safeTransfer(to, amount);
        // A token that calls back before it moves the money could let the same surplus be used twice.
        uint256 bound = _bound();
        uint256 balance = token.balanceOf(address(this));
        if (balance < bound) revert Treasury_SurplusShort(bound, balance);
    }

    /// @inheritdoc IInsurerBook
    function withdrawCredit(address to) external returns (uint64 amount) {
        amount = _credits[msg.sender];
        if (amount == 0) revert Treasury_NoCredit(msg.sender);

        delete _credits[msg.sender];
        _totals.credited -= amount;
        _totals.owed += amount;
        emit CreditWithdrawn(msg.sender, to, amount);

        token.safeTransfer(to, amount * unitsPerCent);
        _totals.owed -= amount;
    }

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function totals() external view returns (Totals memory) {
        return _totals;
    }

    /// @inheritdoc IInsurerBook
    function creditOf(address payee) external view returns (uint64) {
        return _credits[payee];
    }

    /// @inheritdoc IInsurerBook
    function surplus() public view returns (uint256) {
        uint256 bound = _bound();
        uint256 balance = token.balanceOf(address(this));
        return balance > bound ? balance - bound : 0;
    }

    // -- For the other rooms ------------------------------------------------------------------------------------------

    /// @dev Locks surplus for a policy.
    function _lock(uint64 cents) internal {
        _checkSurplus(cents * unitsPerCent);
        _totals.reserved += cents;
    }

    /// @dev Turns what was locked for a policy into surplus.
    function _free(uint64 cents) internal {
        _totals.reserved -= cents;
    }

    /// @dev Effect of an approval: the money is the payee's from here on.
    function _owe(uint64 cents) internal {
        Totals memory totals_ = _totals;
        totals_.reserved -= cents;
        totals_.owed += cents;
        _totals = totals_;
    }

    /// @dev Interaction: transfers what is owed, or credits the payee where the token refuses. Reads the totals again
    /// afterwards, since a token may have called back.
    function _pay(bytes32 payment, address payee, uint64 cents) internal {
        bool paid = TokenTransfers.tryTransfer(token, payee, cents * unitsPerCent);
        Totals memory totals_ = _totals;
        totals_.owed -= cents;
        if (!paid) totals_.credited += cents;
        _totals = totals_;
        if (!paid) {
            _credits[payee] += cents;
            emit PaymentCredited(payment, payee, cents);
        }
    }

    /// @return Token units that have an owner other than the insurer.
    function _bound() private view returns (uint256) {
        Totals memory totals_ = _totals;
        return (uint256(totals_.reserved) + totals_.owed + totals_.credited) * unitsPerCent;
    }

    function _checkSurplus(uint256 needed) private view {
        uint256 available = surplus();
        if (needed > available) revert Treasury_SurplusShort(needed, available);
    }
}
