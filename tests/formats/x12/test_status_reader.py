"""276s read into which claims are asked about."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.formats.x12.inquiry_sets import SetProblem
from claims.formats.x12.status_reader import read_276
from claims.model.money import Money
from tests.formats.x12.inquiries import wrapped

BODY = """
BHT*0010*13*ASK-9*20260402*0915
HL*1**20*1
NM1*PR*2*NORTHGATE HEALTH FUND*****PI*NGHF1
HL*2*1*21*1
NM1*41*2*CLEARWAY*****46*CW9
HL*3*2*19*1
NM1*1P*2*ELM COURT CLINIC*****XX*2460913785
HL*4*3*22*0
DMG*D8*19790314*M
NM1*IL*1*HALLAM*BRYCE****MI*NG0081274
TRN*1*A-1
REF*1K*P-77
REF*BLT*111
REF*EJ*EC-1044
AMT*T3*175
DTP*472*RD8*20260410-20260413
SVC*HC:99213:25*95*****1
REF*FJ*L-1
DTP*472*D8*20260413
SVC*HC:97110*80*****2
DTP*472*D8*20260413
TRN*1*A-2
AMT*T3*20.00
DTP*472*D8*20260501
HL*5*3*22*1
NM1*IL*1*OSGOOD*WREN****MI*NG0081275
HL*6*5*23
DMG*D8*20150101*M
NM1*QC*1*OSGOOD*IVO
TRN*1*A-3
REF*EJ*EC-1
"""


def test_the_shared_files(shared: Path) -> None:
    folder = shared / "x12" / "276_005010X212"
    traces = {
        path.stem: [
            claim.trace
            for source in read_276(path.read_bytes())[0].sources
            for receiver in source.receivers
            for provider in receiver.providers
            for patient in provider.patients
            for claim in patient.claims
        ]
        for path in folder.iterdir()
    }
    assert traces == {
        "claim-level-status": ["ABCXYZ1", "ABCXYZ2", "ABCXYZ3"],
        "claim-level-status-ncpdp": ["ABCXYZ1"],
        "information-receiver-level-status": ["ABCXYZ1"],
        "provider-level-status": ["ABCXYZ1", "ABCXYZ3"],
    }


def test_claims_of_a_subscriber_and_of_a_dependent() -> None:
    (request,) = read_276(wrapped("276", BODY))
    (provider,) = request.sources[0].receivers[0].providers
    adult, child = provider.patients
    first, second = adult.claims
    assert (request.reference, provider.provider.identifier) == ("ASK-9", "2460913785")
    assert (first.number, first.payer_control_number, first.charge) == ("EC-1044", "P-77", Money(17_500))
    assert (first.begins, first.ends) == (date(2026, 4, 10), date(2026, 4, 13))
    assert first.echoed == (("BLT", "111"),)
    assert [(line.procedure, line.modifiers, line.charge, line.units) for line in first.lines] == [
        ("99213", ("25",), Money(9_500), Decimal(1)),
        ("97110", (), Money(8_000), Decimal(2)),
    ]
    assert first.lines[0].control_number == "L-1"
    assert (second.trace, second.number, second.charge, second.lines) == ("A-2", "", Money(2_000), ())
    assert child.dependent is not None
    assert (child.dependent.first_name, child.birth_date) == ("IVO", date(2015, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("BHT*0010", "BHT*0019", "BHT"),
        ("HL*3*2*19", "HL*3*1*19", "HL"),
        ("HL*6*5*23", "HL*6*3*23", "HL"),
        ("NM1*PR*2", "NM1*XX*2", "HL"),
        ("NM1*41*2", "NM1*XX*2", "HL"),
        ("NM1*1P*2", "NM1*XX*2", "HL"),
        ("NM1*IL*1*HALLAM", "NM1*XX*1*HALLAM", "HL"),
        ("NM1*QC*1", "NM1*XX*1", "HL"),
        ("TRN*1*A-2", "TRN*2*A-2", "TRN"),
        ("TRN*1*A-3", "NTE*A-3", "HL"),
        ("AMT*T3*175", "AMT*T3*a175", "AMT"),
        ("RD8*20260410-20260413", "RD8*20260413-20260410", "DTP"),
        ("SVC*HC:97110*80*****2", "SVC*HC:97110*80*****two", "SVC"),
        ("SVC*HC:97110*80", "SVC*HC*80", "SVC"),
        ("DMG*D8*19790314", "DMG*D8*19791414", "DMG"),
    ],
)
def test_what_the_guide_asks_for_is_missed_with_its_place(old: str, new: str, where: str) -> None:
    assert old in BODY
    with pytest.raises(SetProblem) as problem:
        read_276(wrapped("276", BODY.replace(old, new, 1)))
    assert where in {error.segment for error in problem.value.errors}
    assert not any(secret in str(problem.value.errors) for secret in ("HALLAM", "NG0081274", "1979"))
