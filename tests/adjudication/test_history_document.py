"""Past lines as JSON."""

import json

import pytest

from claims.adjudication.documents import DocumentError, read_history, write_history
from claims.adjudication.engine import adjudicate
from claims.adjudication.history import past_lines
from tests.adjudication.builders import claim, line, plan

ONE = {
    "claim": "A-1",
    "person": "P-1",
    "billing_npi": "1234567893",
    "code": "99214",
    "begins": "2026-03-02",
    "place": "11",
    "charge": "120.00",
}


def test_what_is_written_is_read_again():
    billed = claim(line(1, modifiers=("25",)), line(2, "87070", "15.00", units="2.5"))
    lines = past_lines(billed, adjudicate(plan(), billed), "ICN-1")
    assert read_history(write_history(lines)) == lines
    assert len(lines) == 2


def test_a_line_may_say_little():
    (past,) = read_history(json.dumps({"lines": [ONE]}))
    assert past.ends == past.begins
    assert past.units == 1


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"charge": 120.0}, "lines[1].charge"),
        ({"charge": "-1.00"}, "lines[1].charge"),
        ({"procedure": "99214"}, "lines[1].procedure"),
        ({"begins": "2026-13-02"}, "lines[1].begins"),
        ({"ends": "2026-03-01"}, "lines[1].ends"),
        ({"units": "0"}, "lines[1].units"),
        ({"units": 1}, "lines[1].units"),
        ({"modifiers": [1]}, "lines[1].modifiers"),
    ],
)
def test_a_fault_names_its_path(change, path):
    with pytest.raises(DocumentError) as caught:
        read_history(json.dumps({"lines": [ONE | change]}))
    assert caught.value.path == path


@pytest.mark.parametrize("text", ["[]", "{", '{"lines": 3}', "{}", '{"lines": [], "lines": []}', '{"line": []}'])
def test_another_shape_is_refused(text):
    with pytest.raises(DocumentError):
        read_history(text)


def test_somebody_must_be_named():
    with pytest.raises(DocumentError, match="person"):
        read_history(json.dumps({"lines": [{k: v for k, v in ONE.items() if k != "person"}]}))
