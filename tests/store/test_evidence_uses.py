"""An attestation is decided for one claim in each rank."""

import pytest

from claims.store.work import UnitOfWork


@pytest.mark.parametrize("sequence", [1, 2**64 - 1])
def test_the_first_claim_has_it(work: UnitOfWork, sequence: int) -> None:
    assert work.evidence_uses.user(3, sequence, 0) is None
    assert work.evidence_uses.add(3, sequence, 0, "C1")
    assert not work.evidence_uses.add(3, sequence, 0, "C2")
    assert not work.evidence_uses.add(3, sequence, 0, "C1")
    assert work.evidence_uses.user(3, sequence, 0) == "C1"


def test_another_payer_practitioner_or_sequence_is_another_bit(work: UnitOfWork) -> None:
    work.evidence_uses.add(3, 1, 0, "C1")
    assert work.evidence_uses.add(3, 1, 1, "C2")
    assert work.evidence_uses.add(4, 1, 0, "C2")
    assert work.evidence_uses.add(3, 2, 0, "C2")
    assert work.evidence_uses.add(3, 2**32 + 1, 0, "C2")


def test_a_claim_gives_back_what_it_took_and_no_more(work: UnitOfWork) -> None:
    work.evidence_uses.add(3, 1, 0, "C1")
    work.evidence_uses.add(3, 2, 0, "C2")
    work.evidence_uses.release("C1")
    assert work.evidence_uses.user(3, 1, 0) is None
    assert work.evidence_uses.user(3, 2, 0) == "C2"
