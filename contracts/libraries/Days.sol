// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

/// @title Whole days since 1970-01-01 UTC
library Days {
    /// @notice First and last calendar year in which credentials, services and policies can lie: a uint16 of days ends in 2149.
    uint256 internal constant FIRST_YEAR = 1970;
    uint256 internal constant LAST_YEAR = 2147;

    /// @notice The day on which a year begins.
    /// @param year FIRST_YEAR to LAST_YEAR + 1.
    function firstOf(uint256 year) internal pure returns (uint256) {
        unchecked {
            return (year - 1970) * 365 + (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400;
        }
    }

    /// @notice Whether a window, both its days included, has a day in common with a year. No window meets a year outside
    /// FIRST_YEAR to LAST_YEAR.
    function overlap(uint16 validFrom, uint16 validUntil, uint32 year) internal pure returns (bool) {
        if (year < FIRST_YEAR || year > LAST_YEAR) return false;
        return validUntil >= firstOf(year) && validFrom < firstOf(uint256(year) + 1);
    }

    /// @notice The day on which the block lies.
    function today() internal view returns (uint256) {
        return block.timestamp / 1 days;
    }
}
