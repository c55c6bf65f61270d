"""Claims are kept whole, with the history of their status."""

import pytest

from claims.model.party import Provider
from claims.store.errors import NotStored, StoreConflict
from claims.store.rows import StatusChange
from claims.store.work import UnitOfWork
from tests.store import values


def test_a_claim_is_read_back_whole(work: UnitOfWork) -> None:
    stored = values.stored_claim(claim_id=values.hash_of(4))
    work.claims.add(stored)
    assert work.claims.get("C1") == stored
    assert str(work.claims.get("C1").claim.lines[0].units) == "1.0"


def test_a_control_number_is_taken_once(work: UnitOfWork) -> None:
    work.claims.add(values.stored_claim())
    with pytest.raises(StoreConflict, match="claim C1 is stored already"):
        work.claims.add(values.stored_claim(status="other"))
    assert work.claims.get("C1").status == "received"
    assert len(work.claims.statuses("C1")) == 1


def test_a_claim_is_found_by_the_providers_number(work: UnitOfWork) -> None:
    theirs = values.stored_claim("C3", claim=values.claim(billing=Provider("1999999992", "OTHER")), recorded_at=999)
    mine, again = values.stored_claim("C1"), values.stored_claim("C2")
    for stored in (again, mine, theirs, values.stored_claim("C4", claim=values.claim(number="B-1"))):
        work.claims.add(stored)
    assert work.claims.by_number("A-17") == (theirs, mine, again), "oldest first"
    assert work.claims.by_number("A-17", billing_npi="1234567893") == (mine, again)
    assert work.claims.by_number("A-18") == ()


def test_a_claim_is_found_by_file_and_by_status(work: UnitOfWork) -> None:
    one, two = values.stored_claim("C1", source_sha256="aa"), values.stored_claim("C2", status="pended")
    work.claims.add(one)
    work.claims.add(two)
    assert work.claims.by_source("aa") == (one,)
    assert work.claims.by_status("pended") == (two,)
    assert work.claims.by_status("pended", "received") == work.claims.all() == (one, two)
    assert work.claims.by_status() == ()


def test_a_claim_gets_its_id_on_the_chain_once(work: UnitOfWork) -> None:
    work.claims.add(values.stored_claim())
    assert work.claims.by_claim_id(values.hash_of(4)) == ()
    work.claims.name_on_chain("C1", values.hash_of(4))
    work.claims.name_on_chain("C1", values.hash_of(4))
    assert [found.control_number for found in work.claims.by_claim_id(values.hash_of(4))] == ["C1"]
    with pytest.raises(StoreConflict, match="has the id 0x"):
        work.claims.name_on_chain("C1", values.hash_of(5))


def test_every_change_of_status_is_kept(work: UnitOfWork) -> None:
    work.claims.add(values.stored_claim(), note="file read")
    work.claims.change_status("C1", "pended", 1_500, "evidence is missing")
    work.claims.change_status("C1", "paid", 1_400)
    assert work.claims.get("C1").status == "paid"
    assert work.claims.statuses("C1") == (
        StatusChange("received", 1_000, "file read"),
        StatusChange("pended", 1_500, "evidence is missing"),
        StatusChange("paid", 1_400),
    )


def test_an_unknown_claim_is_named(work: UnitOfWork) -> None:
    assert work.claims.find("C9") is None
    assert work.claims.statuses("C9") == ()
    with pytest.raises(NotStored, match="no claim C9"):
        work.claims.get("C9")
    with pytest.raises(NotStored, match="no claim C9"):
        work.claims.change_status("C9", "paid", 1)
