"""834s applied to a payer's members: kept, repeated, refused, and counted by adjudication and policies."""

from datetime import date
from pathlib import Path

import pytest

from claims.model.member import Coverage
from claims.model.money import Money
from claims.service.enrolment import import_members, list_members
from claims.service.errors import FileRejected, UsageError
from claims.service.policies import issue
from claims.service.rules import known_members, read_rules
from tests.formats.x12.inquiries import wrapped
from tests.service.parties import OTHER_PERSON, PERSON, Parties

ADD = """
BGN*00*E-1*20260402*0915****2
N1*P5**FI*114477000
N1*IN**FI*007716200
INS*Y*18*021*20*A***FT
REF*0F*NG0099310
NM1*IL*1*VANCE*OTTILIE
DMG*D8*19810611*F
HD*021**HLT
DTP*348*D8*20260501
HD*021**DEN
DTP*348*D8*20260101
"""
END = """
BGN*00*E-2*20260602*0915****2
N1*P5**FI*114477000
N1*IN**FI*007716200
INS*Y*18*024*08*A***TE
REF*0F*NG0099310
DTP*357*D8*20260531
NM1*IL*1*VANCE*OTTILIE
INS*Y*18*024*08*A***TE
REF*0F*NG0000000
DTP*357*D8*20260531
NM1*IL*1*NOBODY*AT*ALL
"""


def write(folder: Path, name: str, body: str, control: int = 71) -> Path:
    file = folder / name
    file.write_bytes(wrapped("834", body, control=control))
    return file


def coverage(local: Parties, person: str) -> tuple[Coverage, ...]:
    return list_members(local.payer, person)[0].member.coverage


ORDER = {
    "enroll-employee-managed-care": "added",
    "add-subscriber-coverage": "changed",
    "enroll-employee-multiple-products": "added",
    "add-dependent": "added",
    "change-subscriber-information": "refused",
    "cancel-dependent": "refused",
    "reinstate-employee": "refused",
    "terminate-subscriber-eligibility": "ended",
    "reinstate-employee-coverage-level": "added",
    "reinstate-member-eligiblity-ins": "unchanged",
}
"""The shared files in an order in which most meet those whom they name; the others name people whom nobody enrolled."""


def test_the_shared_files_one_after_another(local: Parties, shared: Path) -> None:
    folder = shared / "x12" / "834_005010X220A1"
    assert {path.stem for path in folder.iterdir()} == set(ORDER)
    persons: dict[str, str] = {}
    for name, done in ORDER.items():
        (applied,) = import_members(local.payer, folder / f"{name}.834").members
        assert (name, applied.done) == (name, done)
        persons[name] = applied.person
    assert persons["enroll-employee-managed-care"] == persons["add-subscriber-coverage"]
    assert persons["enroll-employee-multiple-products"] == persons["terminate-subscriber-eligibility"]
    assert persons["reinstate-employee-coverage-level"] == persons["reinstate-member-eligiblity-ins"]
    assert [(p.line, p.through) for p in coverage(local, persons["terminate-subscriber-eligibility"])] == [
        ("HLT", date(1996, 8, 1)),
        ("VIS", date(1996, 8, 1)),
    ]
    before = list_members(local.payer)
    for name, done in ORDER.items():
        again = import_members(local.payer, folder / f"{name}.834")
        assert again.repeated or done == "refused"
    assert list_members(local.payer) == before


KNOWN = """
BGN*00*E-0*19960402*0915****2
N1*P5**FI*999888777
N1*IN**FI*654456654
INS*Y*18*021*20*A***FT
REF*0F*{number}
NM1*IL*1*{last}*{first}
DMG*D8*{born}
HD*021**HLT
DTP*348*D8*19960101
{more}
"""
ENDED = "DTP*349*D8*19960630"


@pytest.mark.parametrize(
    ("name", "relationship", "last", "first", "born", "number", "ended", "done"),
    [
        ("change-subscriber-information", "Y*18", "DOE", "JAMES", "19500416", "123456789", False, "changed"),
        ("cancel-dependent", "N*19", "DOE", "JAMES", "19770816", "123456789", False, "ended"),
        ("terminate-subscriber-eligibility", "Y*18", "DOE", "JOHN", "19400816", "123456789", False, "ended"),
        ("reinstate-employee", "Y*18", "DOE", "JAMES", "19500415", "123456789", True, "reinstated"),
        ("reinstate-employee-coverage-level", "Y*18", "SMITH", "WILLIAM", "19700614", "202443307", True, "reinstated"),
        ("reinstate-member-eligiblity-ins", "Y*18", "SMITH", "WILLIAM", "19700614", "202443307", True, "reinstated"),
    ],
)
def test_each_shared_file_meets_whom_it_is_about(
    local: Parties,
    shared: Path,
    name: str,
    relationship: str,
    last: str,
    first: str,
    born: str,
    number: str,
    ended: bool,
    done: str,
) -> None:
    body = KNOWN.format(number=number, last=last, first=first, born=born, more=ENDED if ended else "")
    first_file = write(local.folder, "known.834", body.replace("INS*Y*18", f"INS*{relationship}"))
    (enrolled,) = import_members(local.payer, first_file).members
    (applied,) = import_members(local.payer, shared / "x12" / "834_005010X220A1" / f"{name}.834").members
    assert (applied.done, applied.person) == (done, enrolled.person)


def test_an_enrolment_is_kept_once_and_a_late_repetition_undoes_nothing(local: Parties) -> None:
    added, ended = write(local.folder, "add.834", ADD), write(local.folder, "end.834", END, control=72)
    (joined,) = import_members(local.payer, added).members
    assert joined.done == "added"
    left = import_members(local.payer, ended)
    assert [(a.place, a.done) for a in left.members] == [(1, "ended"), (2, "refused")]
    assert left.refused
    after = coverage(local, joined.person)
    assert after == (
        Coverage(date(2026, 1, 1), date(2026, 5, 31), line="DEN"),
        Coverage(date(2026, 5, 1), date(2026, 5, 31), line="HLT"),
    )
    for file in (added, ended, added):
        assert import_members(local.payer, file).repeated
    assert coverage(local, joined.person) == after


def test_a_dry_run_tells_and_changes_nothing(local: Parties) -> None:
    file, before = write(local.folder, "add.834", ADD), list_members(local.payer)
    assert [a.done for a in import_members(local.payer, file, dry_run=True).members] == ["added"]
    assert list_members(local.payer) == before
    assert not import_members(local.payer, file).repeated


def test_a_bad_file_changes_nothing(local: Parties) -> None:
    before = list_members(local.payer)
    file = write(local.folder, "bad.834", ADD.replace("20260101", "20260199"))
    with pytest.raises(FileRejected, match="nothing was changed") as refusal:
        import_members(local.payer, file)
    assert "VANCE" not in str(refusal.value)
    assert list_members(local.payer) == before


def test_the_document_s_members_are_maintained_under_their_own_person_ids(local: Parties) -> None:
    body = END.replace("NG0099310", "NG0081275").replace("VANCE*OTTILIE", "OSGOOD*WREN")
    assert import_members(local.payer, write(local.folder, "wren.834", body)).members[0].person == OTHER_PERSON
    assert coverage(local, OTHER_PERSON)[0].through == date(2026, 5, 31)
    (document,) = (m for m in known_members(local.payer.home, ()) if m.person == OTHER_PERSON)
    assert document.coverage[0].through is None


def test_an_enrolled_member_s_claim_is_paid_for_as_long_as_the_cover_lasts(local: Parties) -> None:
    """The insured person of the visit leaves by an 834 before the visit: the same claim is then denied."""
    body = (
        END.replace("NG0099310", "NG0081274").replace("VANCE*OTTILIE", "HALLAM*BRYCE").replace("20260531", "20260331")
    )
    local.hand_over()
    import_members(local.payer, write(local.folder, "left.834", body))
    (claim,) = local.adjudicate()["claims"]
    assert claim["status"] == "denied"
    assert {a["reason"] for line in claim["lines"] for a in line["adjustments"]} == {"27"}


def test_dental_cover_pays_no_medical_claim(local: Parties) -> None:
    import_members(local.payer, write(local.folder, "add.834", ADD))
    with local.payer.store.reading() as work:
        (stored,) = work.members.all()
    (ruled,) = (m for m in read_rules(local.payer.home, enrolled=[stored]).members if m.person == stored.person)
    assert [period.line for period in stored.coverage] == ["DEN", "HLT"]
    assert [period.line for period in ruled.coverage] == ["HLT"]


def test_without_a_document_the_enrolled_members_are_enough(local: Parties) -> None:
    (local.payer.home.folder / "members.toml").unlink()
    with pytest.raises(UsageError, match=r"members\.toml"):
        read_rules(local.payer.home)
    import_members(local.payer, write(local.folder, "add.834", ADD))
    with local.payer.store.reading() as work:
        assert len(read_rules(local.payer.home, enrolled=work.members.all()).members) == 1


def test_a_policy_is_issued_to_an_enrolled_member_and_to_no_stranger(local: Parties) -> None:
    (joined,) = import_members(local.payer, write(local.folder, "add.834", ADD)).members
    issued = issue(local.payer, joined.person, year=2026, limit=Money(1_000))
    assert list_members(local.payer, joined.person)[0].policies == (issued.policy,)
    with pytest.raises(UsageError, match="unknown member"):
        issue(local.payer, "P-nobody", year=2026, limit=Money(1_000))


def test_who_is_listed_and_who_is_not(local: Parties) -> None:
    assert [state.member.person for state in list_members(local.payer)] == [PERSON, OTHER_PERSON]
    with pytest.raises(UsageError, match="no member"):
        list_members(local.payer, "P-nobody")
    with pytest.raises(UsageError, match="payer's"):
        list_members(local.clinic)
