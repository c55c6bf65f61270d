"""What a person types as an option's value, read with an answer that names the option."""

from __future__ import annotations

from claims.model.money import Money, MoneyError
from claims.service.errors import UsageError


def parse_address(text: str, what: str) -> str:
    """Read an account's address and return it with its EIP-55 checksum; raises UsageError naming what it was for."""
    from claims.evidence.addresses import address_bytes, checksum_address
    from claims.evidence.errors import EvidenceError

    try:
        return checksum_address(address_bytes(text))
    except EvidenceError as problem:
        raise UsageError(f"{what}: {problem}") from None


def parse_amount(text: str, what: str) -> Money:
    """Read an amount in dollars, such as 20000.00; raises UsageError naming what it was for, also for one below zero."""
    try:
        amount = Money.parse(text)
    except MoneyError as problem:
        raise UsageError(f"{what}: {problem}; write dollars and cents, such as 20000.00") from None
    if amount.cents < 0:
        raise UsageError(f"{what} is {amount}: an amount below zero makes no sense here")
    return amount
