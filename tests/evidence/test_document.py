"""The document of records: what goes out comes back, and nothing else is taken."""

import json
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from claims.evidence.document import dump_records, load_records
from claims.evidence.errors import RecordError
from claims.evidence.record import sign_roll
from claims.evidence.signature import sign
from claims.evidence.strict_json import parse
from tests.evidence import samples
from tests.evidence.test_leaves import SERVICES, TEXTS
from tests.evidence.test_record import seal_many

CANARY = "Zwetschgenbaum"
YEAR_SERVICES = st.lists(SERVICES, min_size=1, max_size=4).map(
    lambda services: (
        tuple(
            replace(one, begins=one.begins.replace(year=2026, day=1), ends=one.ends.replace(year=2026, month=12))
            for one in services
            if (one.ends.month, one.ends.day) != (2, 29)
        )
        or (samples.service(),)
    )
)


def documents() -> dict:
    """A document of two records, as JSON values."""
    return json.loads(dump_records(sealed()))


def sealed(signed: bool = True):
    """Two records of one roll."""
    records = seal_many(
        [
            samples.encounter("V-1", person=CANARY, diagnoses=(CANARY,), context=(("note-hash", CANARY),)),
            samples.encounter("V-2"),
        ]
    )
    return sign_roll(records, lambda digest: sign(digest, samples.KEY)) if signed else records


def read(document: object):
    """Read the JSON values as a document."""
    return load_records(json.dumps(document).encode())


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(YEAR_SERVICES, TEXTS, st.lists(TEXTS, max_size=3))
def test_what_is_written_is_read_back_to_the_same_values_and_bytes(services, person, diagnoses):
    records = seal_many([samples.encounter(services=services, person=person, diagnoses=tuple(diagnoses))])
    written = dump_records(records)
    assert load_records(written) == records
    assert dump_records(load_records(written)) == written


def test_signed_and_unsigned_records_survive():
    for records in (sealed(), sealed(signed=False), ()):
        assert load_records(dump_records(records)) == tuple(records)


def test_numbers_beyond_what_javascript_keeps_are_text():
    document = documents()["records"][0]
    assert document["attestation"]["sequence"] == str(3 << 32 | 1)
    assert document["domain"]["chain_id"] == "31337"


def places(value, path=()):
    """Every place of a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from places(item, (*path, name))


def put(document, path, value):
    """The document with another value at the path."""
    if not path:
        return value
    copy = json.loads(json.dumps(document))
    at = copy
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return copy


SAMPLE = documents()
PLACES = list(places(SAMPLE))


@settings(max_examples=300)
@given(st.sampled_from(PLACES), st.sampled_from([None, True, -1, 1.5, {}, {CANARY: 1}, [[CANARY]], "0xZZ", 1 << 300]))
def test_a_value_of_another_type_is_refused_by_its_place(path, value):
    assume(not (value == "0xZZ" and _free_text(path)))
    with pytest.raises(RecordError) as refused:
        read(put(SAMPLE, path, value))
    assert CANARY not in str(refused.value)
    if len(path) > 2:
        assert f"records[{path[1]}]" in str(refused.value)


def _free_text(path) -> bool:
    return path[-1:] in {
        (name,)
        for name in ("identifier", "person", "practitioner_npi", "provider_npi", "code", "place", "path", "value")
    } or path[-2:-1] == ("modifiers",)


@settings(max_examples=100)
@given(st.sampled_from([path for path in PLACES if path and isinstance(path[-1], str)]))
def test_a_missing_member_is_refused_by_its_name(path):
    changed = json.loads(json.dumps(SAMPLE))
    at = changed
    for name in path[:-1]:
        at = at[name]
    del at[path[-1]]
    with pytest.raises(RecordError, match=f"lacks {path[-1]}"):
        read(changed)


def test_an_unknown_member_is_refused_without_being_quoted():
    changed = put(SAMPLE, ("records", 0, CANARY), 1)
    with pytest.raises(RecordError, match=r"records\[0\] has 1 members more") as refused:
        read(changed)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("format",), "something else", "format is not"),
        (("version",), 2, "version is not 1"),
        (("version",), True, "version is not 1"),
        (("records", 0, "subject_salt"), "0x" + "AB" * 32, "small hexadecimal digits"),
        (("records", 0, "subject_salt"), "0x" + "ab" * 31, "31 bytes, not 32"),
        (("records", 0, "subject_salt"), "ab" * 32, "small hexadecimal digits"),
        (("records", 0, "services", 0, "units"), "1.0", "needless zeros"),
        (("records", 0, "services", 0, "units"), "1e3", "without exponent"),
        (("records", 0, "services", 0, "begins"), "20260302", "not a date"),
        (("records", 0, "services", 0, "begins"), "2026-02-30", "not a date"),
        (("records", 0, "attestation", "sequence"), "01", "whole number in quotes"),
        (("records", 0, "attestation", "sequence"), str(1 << 64), "sequence: 18446744073709551616 does not fit"),
        (("records", 0, "attestation", "line_count"), 65_536, "lineCount: 65536 does not fit"),
        (("records", 0, "attestation", "provider"), "0x12", "not an address"),
        (("records", 0, "practitioner"), 1 << 32, "practitioner: 4294967296 does not fit"),
        (("records", 0, "domain", "registry"), samples.DOMAIN.registry[:-1] + "g", "not an address"),
        (("records", 0, "identifier"), "", "identifier is not a text, or empty"),
    ],
)
def test_a_value_that_is_written_otherwise_is_refused(path, value, why):
    with pytest.raises(RecordError, match=why):
        read(put(SAMPLE, path, value))


def test_two_copies_of_a_record_are_refused():
    document = documents()
    document["records"].append(document["records"][0])
    with pytest.raises(RecordError, match="one of them is a copy"):
        read(document)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON from line 1"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not UTF-8 from byte 0"),
        (b'{"format": 1, "format": 2}', "names a member twice"),
        (b'{"format": NaN}', "NaN"),
        (b"1" * 5000, "number that is too long"),
        (b"[" * 200_000, "nests deeper than 32"),
        (b'{"a":' * 200_000, "nests deeper than 32"),
        (b'"' + b'\\"' * 200_000, "not JSON"),
        (b"[]", "the document is not an object"),
        (b"{}", "the document lacks format, version, records"),
    ],
)
def test_what_is_no_document_is_refused(data, why):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)  # as the embedded chain does in the same process
    try:
        with pytest.raises(RecordError, match=why):
            load_records(data)
    finally:
        sys.setrecursionlimit(limit)


def test_brackets_in_text_are_no_nesting():
    assert parse(b'["' + b"[{" * 100 + b'\\"["]').items()[0].text() == "[{" * 100 + '"['
