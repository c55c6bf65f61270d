"""The National Provider Identifier."""

from __future__ import annotations


def is_npi(text: str) -> bool:
    """Whether a text is a ten-digit NPI with the right check digit: Luhn over 80840 and the number (45 CFR 162.406)."""
    if not (len(text) == 10 and text.isascii() and text.isdigit()):
        return False
    digits = [int(digit) for digit in "80840" + text]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0
