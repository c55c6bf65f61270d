// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A dollar that calls somebody before, or after, it moves the money
/// @dev Stands for tokens with hooks. It remembers whether its call went through, and what the book's books said meanwhile.
contract ReentrantToken is ERC20 {
    address public target;
    bytes public data;
    bool public before;
    bool private _inside;

    uint256 public calls;
    bool public succeeded;
    bytes public answer;
    /// @notice The least that a watched account's balance exceeded what the view `totals` bound it to, at any call.
    address public watched;
    bool public short;

    constructor() ERC20("Reentrant Dollar", "RUSD") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Plans one call per transfer; none to the zero address.
    function plan(address target_, bytes calldata data_, bool before_, address watched_) external {
        (target, data, before, watched) = (target_, data_, before_, watched_);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (before) _reenter();
        super._update(from, to, amount);
        if (!before) _reenter();
    }

    function _reenter() private {
        if (_inside || target == address(0)) return;
        _inside = true;
        ++calls;
        (succeeded, answer) = target.call(data);
        _inside = false;
        if (watched != address(0)) {
            (bool read, bytes memory totals) = watched.staticcall(abi.encodeWithSignature("totals()"));
            (uint256 reserved, uint256 owed, uint256 credited) = abi.decode(totals, (uint256, uint256, uint256));
            uint256 held = balanceOf(watched);
            // After the move, what is still called owed has left already: it is bound by nothing more.
            uint256 bound = (reserved + credited + (before ? owed : 0)) * 10_000;
            if (!read || held < bound) short = true;
        }
    }
}
