"""270s read into what is asked about whom."""

from datetime import date
from pathlib import Path

import pytest

from claims.formats.x12.eligibility_reader import read_270
from claims.formats.x12.inquiry_sets import SetProblem
from tests.formats.x12.inquiries import wrapped

BODY = """
BHT*0022*13*Q-1*20260402*0915
HL*1**20*1
NM1*PR*2*NORTHGATE HEALTH FUND*****PI*NGHF1
HL*2*1*21*1
NM1*1P*2*ELM COURT CLINIC*****XX*2460913785
HL*3*2*22*1
TRN*1*OWN-1*9ELMCOURT1
NM1*IL*1*VANCE*OTTILIE****MI*NG0099310
DMG*D8*19810611*F
DTP*291*RD8*20260601-20260630
EQ*30^98
EQ*35
HL*4*3*23*0
TRN*1*KID-1*9ELMCOURT1*DESK
TRN*1*KID-2*9CLEARING1
NM1*03*1*VANCE*PERRIN
DMG*D8*20159999
INS*N*19
EQ**HC:99213
"""


def test_the_shared_files(shared: Path) -> None:
    folder = shared / "x12" / "270_005010X279A1"
    read = {path.stem: read_270(path.read_bytes())[0] for path in folder.iterdir()}
    assert len(read) == 2
    (child,) = read["dependent-health-benefit-check"].sources[0].receivers[0].patients
    (adult,) = read["subscriber-health-benefit-check"].sources[0].receivers[0].patients
    assert child.dependent is not None
    assert adult.dependent is None
    for asked in (child, adult):
        assert (asked.begins, asked.service_types) == (date(2006, 5, 1), ("30",))
        assert [trace.number for trace in asked.traces] == ["93175-012547"]
    assert read["subscriber-health-benefit-check"].envelope.sender == "000000005"


def test_a_subscriber_and_a_dependent_each_with_their_question() -> None:
    (request,) = read_270(wrapped("270", BODY))
    (receiver,) = request.sources[0].receivers
    own, child = receiver.patients
    assert (request.reference, request.created) == ("Q-1", date(2026, 4, 2))
    assert receiver.receiver.identifier == "2460913785"
    assert own.service_types == ("30", "98", "35")
    assert (own.begins, own.ends) == (date(2026, 6, 1), date(2026, 6, 30))
    assert [(t.number, t.originator, t.division) for t in child.traces] == [
        ("KID-1", "9ELMCOURT1", "DESK"),
        ("KID-2", "9CLEARING1", ""),
    ]
    assert (child.birth_text, child.birth_date) == ("20159999", None), (
        "told by the 271, and no reason to reject the file"
    )
    assert child.service_types == ("30",)
    assert child.relationship == "19"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("BHT*0022", "BHT*0019", "BHT"),
        ("BHT*0022*13*Q-1*20260402", "BHT*0022*13*Q-1*20261402", "BHT"),
        ("HL*2*1*21", "HL*2*9*21", "HL"),
        ("HL*4*3*23", "HL*4*1*23", "HL"),
        ("HL*4*3*23", "HL*3*3*23", "HL"),
        ("HL*4*3*23", "HL*4*3*77", "HL"),
        ("NM1*PR*2", "NM1*XX*2", "HL"),
        ("NM1*1P*2", "NM1*XX*2", "HL"),
        ("NM1*IL*1", "NM1*XX*1", "HL"),
        ("NM1*03*1", "NM1*XX*1", "HL"),
        ("EQ**HC:99213", "REF*SY*1", "HL"),
    ],
)
def test_what_the_guide_asks_for_is_missed_with_its_place(old: str, new: str, where: str) -> None:
    assert old in BODY
    with pytest.raises(SetProblem) as problem:
        read_270(wrapped("270", BODY.replace(old, new, 1)))
    assert where in {error.segment for error in problem.value.errors}
    assert not any(secret in str(problem.value.errors) for secret in ("VANCE", "NG0099310", "19810611"))


def test_a_payer_whom_nobody_asks_is_no_inquiry() -> None:
    with pytest.raises(SetProblem, match="nobody asks"):
        read_270(wrapped("270", "BHT*0022*13*Q-1*20260402*0915\nHL*1**20*0\nNM1*PR*2*N*****PI*1"))


def test_an_837_is_no_270() -> None:
    with pytest.raises(SetProblem):
        read_270((Path(__file__).parents[2] / "fixtures" / "good" / "claim.837").read_bytes())
