// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Call data that is kept as code, where reading it is cheap
contract Script {
    constructor(bytes memory data) {
        bytes memory code = bytes.concat(hex"00", data);
        assembly ("memory-safe") {
            return(add(code, 0x20), mload(code))
        }
    }
}

/// @title A dollar that calls somebody before, or after, it moves the money
/// @dev Stands for tokens with hooks. It remembers how often it called and whether the last call went through.
contract ReentrantToken is ERC20 {
    address public target;
    bool public early;
    bool private _inside;
    uint32 public calls;
    bool public succeeded;
    address public script;

    constructor() ERC20("Reentrant Dollar", "RUSD") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Plans one call per transfer; none to the zero address.
    function plan(address target_, bytes calldata data, bool early_) external {
        (target, early) = (target_, early_);
        script = address(new Script(data));
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (early) _reenter();
        super._update(from, to, amount);
        if (!early) _reenter();
    }

    function _reenter() private {
        if (_inside || target == address(0)) return;
        address from = script;
        bytes memory data = new bytes(from.code.length - 1);
        assembly ("memory-safe") {
            extcodecopy(from, add(data, 0x20), 1, mload(data))
        }
        _inside = true;
        (bool success,) = target.call(data);
        _inside = false;
        ++calls;
        succeeded = success;
    }
}
