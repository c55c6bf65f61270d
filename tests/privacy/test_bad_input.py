"""What is wrong with a file is told by its place: whatever stands there, no message, acknowledgement or traceback repeats it."""

from __future__ import annotations

import copy
import json
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from claims.adjudication.documents import read_accumulators, read_history, read_members, read_providers
from claims.evidence.document import dump_records, load_records
from claims.evidence.record import seal
from claims.formats.fhir.document import dump_document
from claims.formats.fhir.encounters import read_export
from claims.formats.x12.acknowledgement import acknowledge
from claims.formats.x12.remittance_check import check_835
from claims.model.signed import EvidenceDomain
from claims.service.decision_file import read_decisions
from claims.service.intake import error_document, placed, read_claims
from tests.privacy import files
from tests.privacy.canaries import MOTHER, PAID_CHAIN, Kind, everything
from tests.privacy.search import Searcher

STRANGE = "Quentinholz Zephyrina"
"""What is put where something else is due: a name, since people paste names into wrong fields."""

ADDRESSED = {
    ("ISA", 6),
    ("ISA", 8),
    ("ISA", 13),
    ("GS", 2),
    ("GS", 3),
    ("GS", 6),
    ("GS", 8),
    ("ST", 2),
    ("ST", 3),
    ("CLM", 1),
}
"""What an answer repeats so that the sender finds its file, its transaction set and its claim again."""


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    return Searcher(everything())


def test_no_element_of_an_837_is_quoted_back(searcher: Searcher) -> None:
    for place, data in _broken_837s():
        submission = read_claims(data)
        said = [f"{placed(error)} {error_document(error)!r}" for error in submission.errors]
        answer = acknowledge(submission, created=datetime(2026, 5, 11, tzinfo=UTC), control_number=1)
        told = "".join(said) + answer.decode()
        assert not _patient(searcher, told), place


def _broken_837s() -> Iterator[tuple[tuple[str, int], bytes]]:
    """The child's file with one element strange at a time; of segments alike in their first elements, one is enough."""
    segments = files.claims_file("child").decode().split("~\n")
    seen = set()
    for index, segment in enumerate(segments[:-1]):
        elements = segment.strip().split("*")
        for element in range(1, len(elements)):
            place = (elements[0], element)
            kind = (*place, elements[1])
            if place in ADDRESSED or kind in seen or (elements[0] == "ISA" and element not in (9, 12)):
                continue
            seen.add(kind)
            changed = [*elements[:element], STRANGE, *elements[element + 1 :]]
            yield place, "~\n".join([*segments[:index], "*".join(changed), *segments[index + 1 :]]).encode()


def test_no_element_of_an_835_is_quoted_back_by_its_check(searcher: Searcher) -> None:
    good = (Path(__file__).parent / "remittance.835").read_text()
    segments = good.split("~")
    for index, segment in enumerate(segments[:-1]):
        elements = segment.strip().split("*")
        for element in range(1, len(elements)):
            if (elements[0], element) in {*ADDRESSED, ("CLP", 1), ("TRN", 2)} or elements[0] == "ISA":
                continue
            changed = [*elements[:element], STRANGE, *elements[element + 1 :]]
            report = check_835("~".join([*segments[:index], "*".join(changed), *segments[index + 1 :]]).encode())
            told = [str(finding) for finding in report.findings] + [placed(error) for error in report.syntax]
            told += [placed(problem) for remittance in report.remittances for problem in remittance.problems]
            assert not _patient(searcher, " ".join(told)), (elements[0], element)


def _bundle() -> Any:
    """The export cut down to one visit."""
    bundle = json.loads(files.export())
    others = {f"{kind}-{number:02d}" for kind in ("enc", "cond", "proc") for number in range(1, 9)}
    bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"]["id"] not in others]
    return bundle


def _document() -> Any:
    return json.loads(dump_document(read_export(files.export())[:1]))


def _records() -> Any:
    records = seal(
        read_export(files.export())[:1],
        practitioner=4,
        provider_address="0x" + "a1" * 20,
        domain=EvidenceDomain(31_337, "0x" + "d4" * 20),
        first_sequence=1,
        valid_until=1_900_000_000,
    )
    return json.loads(dump_records(records))


@pytest.mark.parametrize(
    ("document", "read"),
    [
        pytest.param(_bundle, read_export, id="a Bundle"),
        pytest.param(_document, read_export, id="a document of encounters"),
        pytest.param(_records, load_records, id="encounter records"),
        pytest.param(lambda: json.loads(files.history()), lambda data: read_history(data.decode()), id="a history"),
    ],
)
def test_no_value_and_no_foreign_key_of_a_json_file_is_quoted_back(
    searcher: Searcher, document: Callable[[], Any], read: Callable[[bytes], object]
) -> None:
    whole = document()
    read(json.dumps(whole).encode())
    failures = sum(_fails_quietly(searcher, read, broken) for broken in _broken_json(whole))
    text = json.dumps(whole)
    for cut in range(1, len(text), max(1, len(text) // 20)):
        failures += _fails_quietly(searcher, read, text[:cut].encode())
    assert failures > 20


def _broken_json(whole: Any) -> Iterator[bytes]:
    for path in _paths(whole):
        # A number that is too large is told where the field is one that the chain shows, so the number here is no canary.
        for value in (STRANGE, -1, [STRANGE], {STRANGE: MOTHER.member}):
            changed = copy.deepcopy(whole)
            at = changed
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = value
            yield json.dumps(changed).encode()
        if isinstance(path[-1], str):
            renamed = copy.deepcopy(whole)
            at = renamed
            for step in path[:-1]:
                at = at[step]
            at[MOTHER.member] = at.pop(path[-1])
            yield json.dumps(renamed).encode()


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a document, but of places alike in all but their number only the first."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths(inner, (*path, place))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param(files.members(), read_members, id="members"),
        pytest.param(files.accumulators(), read_accumulators, id="accumulators"),
        pytest.param(files.network(), read_providers, id="providers"),
    ],
)
def test_no_value_and_no_foreign_key_of_a_payer_s_document_is_quoted_back(
    searcher: Searcher, text: str, read: Callable[[str], object]
) -> None:
    read(text)
    lines = text.splitlines()
    failures = 0
    for place, line in enumerate(lines):
        key, _, value = line.partition(" = ")
        changes = [
            f'"{MOTHER.member}" = {value or 1}',
            f'["{MOTHER.member}"]',
            f'"{MOTHER.last}, {MOTHER.first}" = 1',
            "[[",
        ]
        if value:
            changes += [
                f'{key} = "{STRANGE}"',
                f"{key} = {MOTHER.born}",
                f'{key} = ["{STRANGE}"]',
                f"{key} = {STRANGE}",
            ]
            changes += [f'{key} = {{ "{MOTHER.member}" = 1 }}', f'{key} = "{MOTHER.born}"', f"{line}\n{line}"]
        for change in changes:
            broken = "\n".join([*lines[:place], change, *lines[place + 1 :]])
            failures += _fails_quietly(searcher, read, broken)
    assert failures > 20


def test_a_decision_file_that_cannot_be_read_is_not_quoted(searcher: Searcher, tmp_path: Path) -> None:
    whole = {"format": "claims decisions", "version": 1, "payer": STRANGE, "decisions": [{"decision": STRANGE}]}
    for broken in _broken_json(whole):
        file = tmp_path / "answers.json"
        file.write_bytes(broken)
        _fails_quietly(searcher, read_decisions, file)


def _fails_quietly(searcher: Searcher, read: Callable[[Any], object], given: object) -> bool:
    """Whether reading fails; what its traceback, its message and its arguments say is searched."""
    try:
        read(given)
    except Exception as error:
        said = "".join(traceback.format_exception(error)) + f"{error} {error.args!r} {vars(error)!r}"
        assert not _patient(searcher, said), said
        return True
    return False


def _patient(searcher: Searcher, said: str) -> set[str]:
    """What is found of a patient; who bills and renders is told by number where it is wrong, a visit by its own."""
    told = {Kind.CLAIM, Kind.ENCOUNTER, Kind.CLINICIAN}
    return {str(found) for found in searcher.in_text(said) if found.canary.kind not in told}


def test_the_strange_value_is_one_that_would_be_found(searcher: Searcher) -> None:
    assert _patient(searcher, STRANGE)
    assert _patient(searcher, f"line {PAID_CHAIN.code}")
