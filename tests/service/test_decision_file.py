"""The file that a payer hands back reads as it was written, and nothing else is taken for one."""

import json

import pytest

from claims.service.decision_file import read_decisions, write_decisions
from claims.service.errors import UsageError
from tests.service.parties import Parties


def test_it_reads_as_it_was_written_and_only_its_owner_may_read_it(local: Parties) -> None:
    local.decided()
    payer, answers = read_decisions(local.decisions())
    copy = local.folder / "copy.json"
    write_decisions(copy, payer, answers)
    assert read_decisions(copy) == (payer, answers)
    assert copy.read_bytes() == local.decisions().read_bytes()
    assert copy.stat().st_mode & 0o077 == 0


def test_it_tells_nothing_that_names_the_patient(local: Parties) -> None:
    local.decided()
    text = local.decisions().read_text()
    for secret in ("HALLAM", "Hallam", "NG0081274", "19790314", "1979-03-14", "M25511"):
        assert secret not in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "not json",
        '"claims decisions"',
        '{"format": "claims decisions", "version": 2, "payer": "P", "decisions": []}',
        '{"format": "claims decisions", "version": 1, "decisions": []}',
        '{"format": "claims decisions", "version": 1, "payer": "P", "decisions": [{}]}',
        '{"format": "claims decisions", "version": 1, "payer": "P", "decisions": 7}',
    ],
)
def test_anything_else_is_refused(tmp_path, text: str) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "march.decisions.json"
    file.write_text(text)
    with pytest.raises(UsageError, match="is not a decision file of version 1"):
        read_decisions(file)


def test_bytes_that_are_no_text_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "march.decisions.json"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is not a decision file"):
        read_decisions(file)


def test_an_amount_that_is_no_amount_is_refused(local: Parties) -> None:
    local.decided()

    def change(document) -> None:  # type: ignore[no-untyped-def]
        document["decisions"][0]["signed"]["decision"]["paid"] = 175.0

    path = local.edit_decisions(change)
    assert json.loads(path.read_text())["decisions"]
    with pytest.raises(UsageError, match="is not a decision file"):
        read_decisions(path)
