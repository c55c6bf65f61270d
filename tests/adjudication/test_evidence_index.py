"""Encounters as the engine counts them."""

from dataclasses import replace

from claims.adjudication.evidence_index import EvidenceIndex, changing
from tests.adjudication.builders import BILLING, DAY, encounter, service

KEY = (BILLING, "99214", (), DAY, DAY, "11")


def test_payment_modifiers_stand_outside_and_the_rest_is_sorted():
    assert changing(("RT", "25", "50", "59")) == ("50", "RT")
    assert changing(()) == ()


def test_services_are_found_by_person_or_by_anybody():
    index = EvidenceIndex((encounter(), encounter(identifier="enc-2", person="P-2")))
    assert [leaf.encounter.identifier for leaf in index.fitting("P-2", KEY)] == ["enc-2"]
    assert [leaf.encounter.identifier for leaf in index.fitting("", KEY)] == ["enc-1", "enc-2"]


def test_a_visit_is_known_under_all_its_record_ids():
    one = encounter(identifier="enc-2")
    index = EvidenceIndex((one, replace(one, identifier="enc-1")))
    assert {name: seen.identifier for name, seen in index.identifiers.items()} == {"enc-1": "enc-1", "enc-2": "enc-1"}
    assert index.among(index.identifiers["enc-2"], {"enc-2"})
    assert len(index.fitting("", KEY)) == 1


def test_no_records_are_no_evidence():
    assert not EvidenceIndex(())
    assert EvidenceIndex((encounter(service()),))
