"""834s read into what is to be done with each member."""

import io
import logging
from datetime import date
from pathlib import Path

import pytest
from pyx12.params import params
from pyx12.x12n_document import x12n_document

from claims.formats.x12.enrolment_reader import read_834
from claims.formats.x12.inquiry_sets import SetProblem
from claims.model.enrolment import Cover
from tests.formats.x12.inquiries import wrapped

BODY = """
BGN*00*E-1*20260402*0915****2
N1*P5**FI*114477000
N1*IN**FI*007716200
INS*Y*18*021*20*A***FT
REF*0F*NG0099310
REF*1L*NG-88
DTP*356*D8*20260401
NM1*IL*1*VANCE*OTTILIE****34*000000000
DMG*D8*19810611*F
HD*021**HLT
DTP*348*D8*20260501
HD*021**DEN
DTP*348*D8*20260501
DTP*349*D8*20261231
INS*N*17*021*20*A
REF*0F*NG0099310
NM1*74*1*VANCE*PERRIN
DMG*D8*20150101*M
NM1*70*1*VANZE*PERRIN
DMG*D8*20150102*M
HD*021**HLT
DTP*348*D8*20260501
"""


def test_every_shared_file_is_read(shared: Path) -> None:
    read = {path.name: read_834(path.read_bytes()) for path in (shared / "x12" / "834_005010X220A1").iterdir()}
    assert len(read) == 10
    assert {m.maintenance for (enrolment,) in read.values() for m in enrolment.members} == {"001", "021", "024", "025"}
    (terminated,) = read["terminate-subscriber-eligibility.834"][0].members
    assert (terminated.relationship, terminated.through) == ("18", date(1996, 8, 1))
    (several,) = read["enroll-employee-multiple-products.834"][0].members
    assert [cover.line for cover in several.covers] == ["HLT", "VIS"]
    (changed,) = read["change-subscriber-information.834"][0].members
    assert changed.formerly is not None
    assert changed.formerly.birth_date != changed.person.birth_date


def accepted_by_pyx12(text: str) -> bool:
    """What the guide's map says of an 834."""
    logging.disable(logging.CRITICAL)
    try:
        return bool(x12n_document(params(), io.StringIO(text), io.StringIO(), None, None))
    finally:
        logging.disable(logging.NOTSET)


def test_the_guide_s_map_accepts_what_is_written_here() -> None:
    assert accepted_by_pyx12(wrapped("834", BODY).decode())


def test_the_guide_s_map_turns_away_one_shared_file_that_is_read_all_the_same(shared: Path) -> None:
    paths = (shared / "x12" / "834_005010X220A1").iterdir()
    refused = [path.stem for path in paths if not accepted_by_pyx12(path.read_text())]
    assert refused == ["enroll-employee-managed-care"], "for DTP*358, which the guide does not have in that loop"


def test_a_member_with_covers_and_a_dependent_under_another_name() -> None:
    (enrolment,) = read_834(wrapped("834", BODY))
    subscriber, child = enrolment.members
    assert (enrolment.sender, enrolment.interchange_number) == ("ZZ/ELM4471", "000000071")
    assert (subscriber.place, child.place) == (1, 2)
    assert subscriber.is_subscriber
    assert subscriber.person.birth_date == date(1981, 6, 11)
    assert subscriber.begins == date(2026, 4, 1)
    assert subscriber.covers == (
        Cover("021", "HLT", date(2026, 5, 1)),
        Cover("021", "DEN", date(2026, 5, 1), date(2026, 12, 31)),
    )
    assert child.relationship == "19", "a claim knows no stepchild: it says child"
    assert child.formerly is not None
    assert (child.formerly.last_name, child.formerly.birth_date) == ("VANZE", date(2015, 1, 2))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("BGN*00*E-1*20260402*0915****2\n", "", "ST"),
        ("N1*IN**FI*007716200\n", "", "ST"),
        ("N1*P5**FI*114477000\n", "", "ST"),
        ("INS*Y*18*021", "INS*Y*18*077", "INS"),
        ("INS*Y*18*021", "INS*Q*18*021", "INS"),
        ("REF*0F*NG0099310\nREF*1L", "REF*1L", "INS"),
        ("NM1*IL*1*VANCE", "NM1*IL*1*", "NM1"),
        ("DMG*D8*19810611", "DMG*D8*19811411", "DMG"),
        ("DTP*356*D8*20260401", "DTP*356*D8*20260431", "DTP"),
        ("HD*021**HLT\nDTP*348*D8*20260501\nHD*021**DEN", "HD*099**HLT\nDTP*348*D8*20260501\nHD*021**DEN", "HD"),
        ("HD*021**DEN", "HD*021**", "HD"),
        ("DTP*349*D8*20261231", "DTP*349*D8*20260430", "HD"),
    ],
)
def test_what_the_guide_asks_for_is_missed_with_its_place(old: str, new: str, where: str) -> None:
    assert old in BODY
    with pytest.raises(SetProblem) as problem:
        read_834(wrapped("834", BODY.replace(old, new, 1)))
    assert where in {error.segment for error in problem.value.errors}
    assert not any(secret in str(problem.value.errors) for secret in ("VANCE", "NG0099310", "19810611"))


@pytest.mark.parametrize("left", [0, 40, 400, -40, -3])
def test_a_file_that_breaks_off_is_refused(left: int) -> None:
    with pytest.raises(SetProblem):
        read_834(wrapped("834", BODY)[:left])


def test_another_transaction_set_is_refused() -> None:
    with pytest.raises(SetProblem, match="no group of 834s"):
        read_834(wrapped("270", "BHT*0022*13*X*20260402*0915"))


def test_a_set_without_members_is_refused() -> None:
    with pytest.raises(SetProblem, match="no member"):
        read_834(wrapped("834", "BGN*00*E-1*20260402*0915****2\nN1*P5**FI*1\nN1*IN**FI*2"))
