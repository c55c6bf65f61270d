// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @title Whole days since 1970-01-01 UTC
library Days {
    /// @notice First and last calendar year in which credentials, services and policies can lie. In between, every fourth
    /// year is a leap year.
    uint256 internal constant FIRST_YEAR = 1970;
    uint256 internal constant LAST_YEAR = 2099;

    /// @notice The day on which a year begins.
    /// @param year FIRST_YEAR to LAST_YEAR + 1.
    function firstOf(uint256 year) internal pure returns (uint256) {
        unchecked {
            return ((year - FIRST_YEAR) * 1461 + 1) / 4;
        }
    }

    /// @notice The first day of a year and of the next; an empty span for a year outside FIRST_YEAR to LAST_YEAR.
    function spanOf(uint32 year) internal pure returns (uint256 first, uint256 next) {
        if (year < FIRST_YEAR || year > LAST_YEAR) return (0, 0);
        unchecked {
            return (firstOf(year), firstOf(uint256(year) + 1));
        }
    }

    /// @notice Whether a window, both its days included, has a day in common with a span of days.
    function overlap(uint16 validFrom, uint16 validUntil, uint256 first, uint256 next) internal pure returns (bool) {
        return validFrom < next && validUntil >= first;
    }

    /// @notice The day on which the block lies.
    function today() internal view returns (uint256) {
        return block.timestamp / 1 days;
    }
}
