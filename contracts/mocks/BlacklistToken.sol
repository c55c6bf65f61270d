// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A dollar whose issuer can shut accounts out, in any of the ways in which tokens are known to refuse
contract BlacklistToken is ERC20 {
    /// @notice How a transfer to a blacklisted account fails.
    enum Refusal {
        None,
        Revert,
        ReturnFalse,
        BurnGas,
        RevertFlood,
        ReturnShort
    }

    error Blacklisted(address account);

    mapping(address account => Refusal) public refusalOf;

    constructor() ERC20("Blacklist Dollar", "BUSD") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function blacklist(address account, Refusal refusal) external {
        refusalOf[account] = refusal;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        Refusal refusal = refusalOf[to];
        if (refusal == Refusal.Revert) revert Blacklisted(to);
        if (refusal == Refusal.ReturnFalse) return false;
        if (refusal == Refusal.BurnGas) {
            while (true) {}
        }
        if (refusal == Refusal.RevertFlood) {
            assembly ("memory-safe") {
                revert(0x00, 0x8000)
            }
        }
        if (refusal == Refusal.ReturnShort) {
            assembly ("memory-safe") {
                mstore(0x00, not(0))
                return(0x00, 0x01)
            }
        }
        return super.transfer(to, amount);
    }
}
