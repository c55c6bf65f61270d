"""The documented JSON of encounters, and telling it from a Bundle."""

import json
import subprocess
import sys
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.formats.fhir.encounters import ExportError, dump_document, read_document, read_export
from claims.model.encounter import Encounter, Service

TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=12)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SERVICES = st.builds(
    Service,
    code=TEXTS,
    units=st.decimals(Decimal("0.001"), 10_000, places=3, allow_nan=False),
    begins=DAYS,
    ends=DAYS,
    place=TEXTS,
    modifiers=st.lists(TEXTS, max_size=4).map(tuple),
)
ENCOUNTERS = st.builds(
    Encounter,
    identifier=TEXTS,
    person=TEXTS,
    practitioner_npi=TEXTS,
    provider_npi=TEXTS,
    services=st.lists(SERVICES, min_size=1, max_size=3).map(tuple),
    begins=st.just("") | TEXTS,
    ends=st.just("") | TEXTS,
    diagnoses=st.lists(TEXTS, max_size=3).map(tuple),
    context=st.dictionaries(TEXTS, TEXTS, max_size=3).map(lambda facts: tuple(facts.items())),
)
DOCUMENT = {
    "format": "claims encounters",
    "version": 1,
    "encounters": [
        {
            "identifier": "V-7",
            "person": "QF-000417-01",
            "practitioner_npi": "1234567893",
            "provider_npi": "1093817465",
            "services": [{"code": "99213", "begins": "2026-03-11", "place": "11"}],
        }
    ],
}
CANARIES = ("QF-000417", "99213", "2026-03", "Miller")


def changed(path, value):
    """The document with another value at a path."""
    document = deepcopy(DOCUMENT)
    at = document
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return json.dumps(document).encode()


@given(st.lists(ENCOUNTERS, max_size=3, unique_by=lambda one: one.identifier).map(tuple))
def test_what_is_written_is_read_back(encounters):
    assert read_document(dump_document(encounters)) == encounters
    assert read_export(dump_document(encounters)) == encounters


def test_what_may_be_left_out_has_a_meaning():
    [one] = read_document(json.dumps(DOCUMENT).encode())
    assert one.services == (Service("99213", Decimal(1), date(2026, 3, 11), date(2026, 3, 11), "11"),)
    assert (one.begins, one.ends, one.diagnoses, one.context) == ("", "", (), ())


FIRST = ("encounters", 0)
SERVICE = (*FIRST, "services", 0)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("format",), "Miller", "format has a value"),
        (("version",), 2, "version has a value"),
        (("Miller",), 1, "the document has a member that is not known"),
        (("encounters",), {}, "encounters has a value"),
        ((*FIRST, "Miller"), 1, "encounters[0] has a member that is not known"),
        ((*FIRST, "person"), "", "encounters[0].person has a value"),
        ((*FIRST, "person"), 4711, "encounters[0].person has a value"),
        ((*FIRST, "services"), [], "encounters[0].services has a value"),
        ((*FIRST, "context"), {"Miller": 3}, "encounters[0].context has a value"),
        ((*SERVICE, "begins"), "2026-02-30", "encounters[0].services[0].begins has a value"),
        ((*SERVICE, "begins"), "2026-03-11T10:00:00", "encounters[0].services[0].begins has a value"),
        ((*SERVICE, "begins"), 20260311, "encounters[0].services[0].begins has a value"),
        ((*SERVICE, "units"), 1.5, "encounters[0].services[0].units has a value"),
        ((*SERVICE, "units"), "-1", "encounters[0].services[0].units has a value"),
        ((*SERVICE, "units"), "1e3", "encounters[0].services[0].units has a value"),
        ((*SERVICE, "modifiers"), "25", "encounters[0].services[0].modifiers has a value"),
        ((*SERVICE,), {"code": "99213", "place": "11"}, "encounters[0].services[0].begins is missing"),
    ],
)
def test_a_wrong_member_is_refused_by_its_place(path, value, why):
    with pytest.raises(ExportError) as refused:
        read_document(changed(path, value))
    assert why in str(refused.value)
    for canary in CANARIES:
        assert canary not in str(refused.value)


def test_two_encounters_with_one_identifier_are_refused():
    document = {**DOCUMENT, "encounters": DOCUMENT["encounters"] * 2}
    with pytest.raises(ExportError, match="one identifier"):
        read_document(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"ISA*00*", "not JSON from line 1"),
        (b"\xff", "not UTF-8"),
        (b"[]", "neither a FHIR Bundle nor a document"),
        (b"{}", "neither a FHIR Bundle nor a document"),
        (b'{"format": "claims encounter records"}', "neither a FHIR Bundle nor a document"),
        (b'{"resourceType": "Patient"}', "a single FHIR resource"),
        (b'{"a": 1, "a": 2}', "names a member twice"),
        (b'{"a": Infinity}', "Infinity"),
        (b"[" * 100_000, "nests deeper"),
        (b"9" * 5_000, "number that is too long"),
    ],
)
def test_what_is_no_export_is_refused(data, why):
    with pytest.raises(ExportError, match=why):
        read_export(data)


def test_fhir_models_are_loaded_for_a_bundle_alone():
    script = (
        "import sys; import claims.formats.fhir.encounters; sys.exit(any(m.startswith('fhir.') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0
