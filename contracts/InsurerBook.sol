// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {Claims} from "./Claims.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Policies} from "./Policies.sol";
import {Treasury} from "./Treasury.sol";

/// @title One insurer's policies, claims, invoices and money
/// @notice Immutable: a new version is deployed beside it, and policies move at renewal; the spent bits stay in the registry.
contract InsurerBook is Claims {
    /// @param insurer The owner.
    /// @param registry Where evidence is spent; it has to list this book.
    /// @param token What claims are paid in.
    /// @param runOutDays Days after the end of cover in which a policy's reserve stays locked.
    /// @param claimCap The most that one claim is paid, in cents.
    /// @param quorumAbove The payment, in cents, above which `quorum` signatures are needed.
    /// @param quorum At least 1.
    constructor(
        address insurer,
        IRegistry registry,
        IERC20Metadata token,
        uint16 runOutDays,
        uint64 claimCap,
        uint64 quorumAbove,
        uint8 quorum
    ) Treasury(insurer, token) Policies(runOutDays) Claims(registry, claimCap, quorumAbove, quorum) {}
}
