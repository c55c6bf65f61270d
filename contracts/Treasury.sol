// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IInsurerBook} from "./interfaces/IInsurerBook.sol";
import {TokenTransfers} from "./libraries/TokenTransfers.sol";
import {Ledger, Totals} from "./types/Records.sol";

/// @title The room of the money
/// @dev The ledger says what is surplus and what is credited; all else that the book holds is held for policies. So
/// balance ≥ Σ reserves + credited + surplus, and a payment, which lowers its policy's reserve before it moves the money,
/// touches no number that claims share. The ledger never asks the token for a balance: a token that calls back in the
/// middle of a transfer finds nothing counted twice.
abstract contract Treasury is IInsurerBook, Ownable2Step {
    using SafeERC20 for IERC20;

    /// @inheritdoc IInsurerBook
    IERC20 public immutable token;
    /// @inheritdoc IInsurerBook
    uint256 public immutable unitsPerCent;

    Ledger private _ledger;
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
    function fund(uint256 amount) external virtual {
        uint64 cents = _wholeCents(amount);
        // Interaction before effect: what has not arrived is nobody's yet.
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received < amount) revert Treasury_ReceivedShort(amount, received);

        _ledger.free += cents;
        emit Funded(msg.sender, amount);
    }

    /// @inheritdoc IInsurerBook
    function withdrawSurplus(address to, uint256 amount) external virtual onlyOwner {
        _takeSurplus(_wholeCents(amount));
        emit SurplusWithdrawn(to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc IInsurerBook
    function withdrawCredit(address to) external virtual returns (uint64 amount) {
        amount = _credits[msg.sender];
        if (amount == 0) revert Treasury_NoCredit(msg.sender);

        delete _credits[msg.sender];
        _ledger.credited -= amount;
        emit CreditWithdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount * unitsPerCent);
    }

    /// @dev Refused: with nobody in the office no stolen engine could be removed and no reserve be given back.
    function renounceOwnership() public view override onlyOwner {
        revert Treasury_OwnerNeeded();
    }

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @inheritdoc IInsurerBook
    function totals() external view returns (Totals memory) {
        (uint64 free, uint64 credited) = (_ledger.free, _ledger.credited);
        uint256 held = token.balanceOf(address(this)) / unitsPerCent;
        uint256 bound = uint256(free) + credited;
        uint256 reserved = held > bound ? held - bound : 0;
        // Bounded, not refused: a gift of some worthless token beyond all cents must not silence the view.
        uint64 shown = uint64(Math.min(reserved, type(uint64).max));
        return Totals({reserved: shown, credited: credited, surplus: free});
    }

    /// @inheritdoc IInsurerBook
    function creditOf(address payee) external view returns (uint64) {
        return _credits[payee];
    }

    /// @inheritdoc IInsurerBook
    function surplus() external view returns (uint256) {
        return _ledger.free * unitsPerCent;
    }

    // -- For the other rooms ------------------------------------------------------------------------------------------

    /// @dev Effect: takes cents out of the surplus, for a policy or for the insurer.
    function _takeSurplus(uint64 cents) internal {
        uint64 free = _ledger.free;
        if (cents > free) revert Treasury_SurplusShort(cents * unitsPerCent, free * unitsPerCent);
        _ledger.free = free - cents;
    }

    /// @dev Effect: gives back to the surplus what was locked for a policy.
    function _returnSurplus(uint64 cents) internal {
        _ledger.free += cents;
    }

    /// @dev Interaction: transfers what was drawn from a policy, or credits the payee where the token refuses.
    function _pay(bytes32 payment, address payee, uint64 cents) internal {
        if (TokenTransfers.tryTransfer(token, payee, cents * unitsPerCent)) return;
        _ledger.credited += cents;
        _credits[payee] += cents;
        emit PaymentCredited(payment, payee, cents);
    }

    function _wholeCents(uint256 amount) private view returns (uint64) {
        if (amount % unitsPerCent != 0) revert Treasury_NotWholeCents(amount, unitsPerCent);
        return SafeCast.toUint64(amount / unitsPerCent);
    }
}
