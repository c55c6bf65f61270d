"""What a chain must be like before a figure is called fresh or warm, and after a claim is called paid."""

from __future__ import annotations

from collections.abc import Sequence

from claims.service.bench.claims import PAID, Case
from claims.service.bench.stage import UNITS_PER_CENT, BenchError, Place, Stage


def balance(stage: Stage, place: Place) -> int:
    """Return what the place's provider has of its book's token, in token units."""
    units: int = stage.read("TestDollar", place.token, "balanceOf", place.provider.address)
    return units


def require_state(stage: Stage, place: Place, case: Case, path: Sequence[str], *, warm: bool) -> None:
    """Raise BenchError unless payee's balance, policy's payments and bitmap word are all zero (fresh) or none is (warm).

    All counters lie below 64, the number of sequences that share a word of the registry's bitmap.
    """
    policy = stage.read("InsurerBook", place.book, "policyOf", place.policy)
    spent = [
        stage.read("Registry", stage.registry, "isSpent", place.practitioner, case.invoice.rank, counter)
        for counter in range(1, case.records[0].attestation.sequence)
    ]
    found = {
        "payee's balance": balance(stage, place) > 0,
        "policy's payments": policy["paid"] > 0,
        "bitmap word": any(spent),
    }
    wrong = [name for name, is_warm in found.items() if is_warm != warm]
    if wrong:
        raise BenchError(
            f"{' '.join(path)}: {', '.join(wrong)} {'zero' if warm else 'not zero'} before the transaction"
        )


def require_paid(stage: Stage, place: Place, before: int, path: Sequence[str]) -> None:
    """Raise BenchError unless the provider has the claim's payment more than the token units it had before."""
    moved = balance(stage, place) - before
    if moved != PAID * UNITS_PER_CENT:
        raise BenchError(f"{' '.join(path)}: {moved} token units were paid, {PAID * UNITS_PER_CENT} are due")
