# ruff: noqa: E501 - the table is to be read line by line
"""One change to a sound 837, and the answer that it gets: TA1, 999 or 277CA, with the segment and the element.

Each row of the table: what went wrong; in which file; what was changed; what pyx12 says of the file; which answer speaks;
its verdict; and the place that our intake names.

The verdict is how it stands in the answer: a TA1's `R` and note code; a 999's IK501 with the code of its IK4, IK3, IK5 or AK9
(`R 7`); a 277CA's claim and status (`HILL-1 A7:400`). An `E` beside a 277CA is the 999 that accepts the set with errors.
Where pyx12 rejects, a TA1 or a 999 says so here too (a line out of its turn costs the claim, not the set); where pyx12 accepts
what a payer must not take, our own checks speak.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from claims.formats.x12.acknowledgement import acknowledge
from claims.formats.x12.claim_acknowledgement import write_277ca
from claims.formats.x12.intake import read_submission
from claims.model.submission import Submission

FIXTURES = Path(__file__).parent / "fixtures"
CREATED = datetime(2026, 4, 20, 11, 0)  # noqa: DTZ001 - an ISA carries local time without a zone
ACCEPTS, REJECTS = "accepts", "rejects"

Changes = str | Callable[[str], str]

# fmt: off
TABLE: list[tuple[str, str, Changes, str, str, str, str]] = [
    # what went wrong                     file         from → to                                              pyx12    answer  verdict            place
    # --- the envelope
    ("one group, two counted",            "families",  "IEA*1* → IEA*2*",                                     REJECTS, "TA1",   "R 021",           "IEA01"),
    ("another control number at the end", "families",  "IEA*1*000000101 → IEA*1*000000100",                   REJECTS, "TA1",   "R 001",           "IEA02"),
    ("an older version in the ISA",       "families",  "*00501* → *00401*",                                   REJECTS, "TA1",   "R 017",           "ISA12"),
    ("neither test nor production",       "families",  "*0*T*: → *0*X*:",                                     REJECTS, "TA1",   "R 020",           "ISA15"),
    ("the file ends too early",           "families",  lambda text: text[: text.index("IEA*1")],              REJECTS, "TA1",   "R 023",           "IEA"),
    ("the same interchange twice",        "families",  lambda text: text + text,                              REJECTS, "TA1",   "R 025",           "ISA13"),
    # --- the group
    ("two sets, three counted",           "families",  "GE*2*11 → GE*3*11",                                   REJECTS, "999",   "R 5",             "GE01"),
    ("another group number at the end",   "families",  "GE*2*11 → GE*2*12",                                   REJECTS, "999",   "R 4",             "GE02"),
    ("a guide that nobody knows",         "families",  "11*X*005010X222A1 → 11*X*005010X999",                 REJECTS, "999",   "R 2",             "GS08"),
    # --- the transaction set
    ("a segment was lost on the way",     "families",  "SE*64*0001 → SE*65*0001",                             REJECTS, "999",   "R 4",             "SE01"),
    ("another set number at the end",     "families",  "SE*64*0001 → SE*64*0009",                             REJECTS, "999",   "R 3",             "SE02"),
    ("a patient under nobody",            "families",  "HL*4*3*23 → HL*4*9*23",                               REJECTS, "999",   "R 7",             "HL02"),
    ("levels that skip a number",         "families",  "HL*4*3*23 → HL*5*3*23",                               REJECTS, "999",   "R 7",             "HL01"),
    ("levels that deny their dependents", "families",  "HL*3*1*22*1 → HL*3*1*22*0",                           ACCEPTS, "999",   "R 7",             "HL04"),
    ("no facility code qualifier",        "families",  "HILL-1*180.50***11:B:1 → HILL-1*180.50***11::1",      REJECTS, "999",   "R 1",             "CLM05-2"),
    ("components parted by another sign", "families",  lambda text: text[:106] + text[106:].replace(":", ">"), REJECTS, "999",  "R 6",             "CLM05"),
    ("a segment that is none",            "families",  "PAT*19~ → PAT*19~ZZZ*1~",                             REJECTS, "999",   "R 1",             "ZZZ"),
    ("no subscriber information",         "families",  "SBR*S**GRP-8******CI~ → ",                            REJECTS, "999",   "R 3",             "SBR"),
    ("an amount as computers write it",   "families",  "*60*UN*2.5*12 → *6e1*UN*2.5*12",                      REJECTS, "999",   "R 6",             "SV102"),
    ("the thirty-first of February",      "families",  "D8*20260305 → D8*20260231",                           REJECTS, "999",   "R 8",             "DTP03"),
    ("a gender that the guide lacks",     "families",  "D8*20150801*U → D8*20150801*Q",                       REJECTS, "999",   "R 7",             "DMG03"),
    ("a place of service that is none",   "families",  "HILL-1*180.50***11:B → HILL-1*180.50***98:B",         REJECTS, "999",   "R 7",             "CLM05-1"),
    ("a state that is none",              "families",  "IL*61602~\nDMG*D8*20150801 → QQ*61602~\nDMG*D8*20150801", REJECTS, "999", "R 7",            "N402"),
    ("an authorisation given twice",      "families",  "REF*G1*AUTH77~ → REF*G1*AUTH77~REF*G1*AUTH78~",       REJECTS, "999",   "R 5",             "REF"),
    ("a separator too many",              "families",  "LX*2~ → LX*2*~",                                      REJECTS, "999",   "R 8",             "LX"),
    ("a claim without lines",             "families",  "LX*1~\nSV1*HC:90460*40*UN*1***1~\nDTP*472*D8*20260306~ → ", REJECTS, "999", "R 3",         "LX"),
    ("no institutional claim code",       "inpatient", "CL1*1*7*01~ → ",                                      REJECTS, "999",   "R 3",             "CL1"),
    ("a present-on-admission of X",       "inpatient", "ABK:I2101:::::::Y → ABK:I2101:::::::X",               REJECTS, "999",   "R 7",             "HI01-9"),
    # --- balance (SNIP 3)
    ("the total is a cent off",           "families",  "CLM*HILL-1*180.50 → CLM*HILL-1*180.51",               ACCEPTS, "277CA", "HILL-1 A7:400",   "CLM02"),
    ("a hospital's total is off",         "inpatient", "CLM*STAY-1*18250.75 → CLM*STAY-1*18250.57",           ACCEPTS, "277CA", "STAY-1 A7:400",   "CLM02"),
    ("a negative charge",                 "families",  "CLM*HILL-1*180.50 → CLM*HILL-1*60.50 | *60*UN → *-60*UN", ACCEPTS, "277CA", "HILL-1 A7:583", "SV102"),
    ("a tenth of a cent",                 "families",  "*60*UN*2.5*12 → *60.005*UN*2.5*12",                   ACCEPTS, "277CA", "HILL-1 A7:583",   "SV102"),
    ("no unit at all",                    "families",  "*60*UN*2.5*12 → *60*UN*0*12",                         ACCEPTS, "277CA", "HILL-1 A7:476",   "SV104"),
    ("units below zero",                  "inpatient", "9250.75*UN*1 → 9250.75*UN*-1",                        ACCEPTS, "277CA", "STAY-1 A7:476",   "SV205"),
    ("a line of the primary is off",      "secondary", "SVD*FIRST*80 → SVD*FIRST*81",                         ACCEPTS, "277CA", "COB-1 A7:672",    "SVD02"),
    ("an adjustment of the primary left", "secondary", "CAS*PI*94*10~ → ",                                    ACCEPTS, "277CA", "COB-1 A7:672",    "SVD02"),
    ("the second payer's line is off",    "secondary", "CAS*OA*23*170 → CAS*OA*23*171",                       ACCEPTS, "277CA", "COB-1 A7:672",    "SVD02"),
    ("the primary's claim is off",        "secondary", "AMT*D*110 → AMT*D*120",                               ACCEPTS, "277CA", "COB-1 A7:672",    "AMT02"),
    ("a claim-level primary is off",      "secondary", "CAS*PR*2*16 → CAS*PR*2*15",                           ACCEPTS, "277CA", "COB-2 A7:672",    "AMT02"),
    # --- situations (SNIP 4)
    ("a line out of its turn",            "families",  "LX*2~ → LX*3~",                                       REJECTS, "277CA", "HILL-1 A3:684 E", "LX01"),
    ("a period that runs backwards",      "families",  "20260302-20260304 → 20260304-20260302",               ACCEPTS, "277CA", "HILL-1 A7:187 E", "DTP03"),
    ("a pointer to no diagnosis",         "families",  "12**2~ → 12**3~",                                     ACCEPTS, "277CA", "HILL-1 A8:477",   "SV107-1"),
    ("treated before birth",              "families",  "19800214 → 20270214",                                 ACCEPTS, "277CA", "HILL-1 A8:158",   "DTP03"),
    ("a void of nothing",                 "families",  "HILL-1*180.50***11:B:1 → HILL-1*180.50***11:B:8",     ACCEPTS, "277CA", "HILL-1 A6:464",   "CLM"),
    ("a replacement of nothing",          "inpatient", "REF*F8*PAYER-0401~ → ",                               ACCEPTS, "277CA", "STAY-4 A6:464",   "CLM"),
    ("a subscriber who has a dependent",  "families",  "SBR*S**GRP-8 → SBR*S*18*GRP-8",                       ACCEPTS, "277CA", "HILL-3 A8:156",   "SBR02"),
    ("Medicare second, for no reason",    "families",  "SBR*S**GRP-8******CI → SBR*S**GRP-8******MB",         ACCEPTS, "277CA", "HILL-3 A6:578",   "SBR05"),
    ("an accident without its day",       "families",  "HILL-2*75***11:B:7*Y*A*Y*Y → HILL-2*75***11:B:7*Y*A*Y*Y**OA", ACCEPTS, "277CA", "HILL-2 A6:248", "CLM"),
    ("a car accident in no state",        "families",  "HILL-2*75***11:B:7*Y*A*Y*Y~ → HILL-2*75***11:B:7*Y*A*Y*Y**AA~DTP*439*D8*20260304~", ACCEPTS, "277CA", "HILL-2 A6:248", "CLM11-4"),
    ("a ward visit without admission",    "families",  "HILL-2*75***11:B → HILL-2*75***21:B | HC:99212 → HC:99232", ACCEPTS, "277CA", "HILL-2 A6:189", "CLM"),
    ("an inpatient never admitted",       "inpatient", "DTP*435*DT*202604021445~ → ",                         ACCEPTS, "277CA", "STAY-1 A6:189",   "CLM"),
    ("an inpatient bill without type",    "inpatient", "CL1*1*7*01 → CL1**7*01",                              ACCEPTS, "277CA", "STAY-1 A6:231",   "CL101"),
    ("no admitting diagnosis",            "inpatient", "HI*ABJ:R079~ → ",                                     ACCEPTS, "277CA", "STAY-1 A6:232",   "CLM"),
    ("admitted after the bill ends",      "inpatient", "DTP*435*DT*202604021445 → DTP*435*DT*202604081445",   ACCEPTS, "277CA", "STAY-1 A8:189",   "DTP03"),
    ("a final bill of one still there",   "inpatient", "CL1*1*7*01 → CL1*1*7*30",                             ACCEPTS, "277CA", "STAY-1 A8:234",   "CL103"),
    ("a first interim bill, discharged",  "inpatient", "CL1*3*1*30 → CL1*3*1*01",                             ACCEPTS, "277CA", "STAY-2 A8:234",   "CL103"),
    ("nothing present on admission",      "inpatient", "ABK:I2101:::::::Y → ABK:I2101 | W19XXXA:::::::N → W19XXXA | E119:::::::Y → E119 | N179:::::::N → N179", ACCEPTS, "277CA", "STAY-1 A6:688", "HI01-9"),
    ("a service outside the statement",   "inpatient", "D8*20260403~\nLX*3 → D8*20260409~\nLX*3",             ACCEPTS, "277CA", "STAY-1 A8:188",   "DTP03"),
    ("a payer that is not in the claim",  "secondary", "SVD*NEXT*20 → SVD*OTHER*20",                          ACCEPTS, "277CA", "COB-1 A8:479",    "SVD01"),
    ("a payer that paid, nobody says what", "secondary", "AMT*D*50~ → ",                                      ACCEPTS, "277CA", "COB-2 A6:286",    "SBR"),
    # --- code sets (SNIP 5)
    ("frequency 4 from a practice",       "families",  "HILL-1*180.50***11:B:1 → HILL-1*180.50***11:B:4",     ACCEPTS, "277CA", "HILL-1 A7:535",   "CLM05-3"),
    ("a diagnosis with its point",        "families",  "ABF:R51 → ABF:R51.9",                                 ACCEPTS, "277CA", "HILL-1 A7:255",   "HI02-2"),
    ("an old diagnosis as a new one",     "families",  "ABK:J0190*ABF → ABK:4619*ABF",                        ACCEPTS, "277CA", "HILL-1 A7:254",   "HI01-2"),
    ("a procedure of four characters",    "families",  "HC:90460 → HC:9046",                                  ACCEPTS, "277CA", "HILL-3 A7:507",   "SV101-2"),
    ("a modifier in small letters",       "families",  "HC:97110::59 → HC:97110::5x",                         ACCEPTS, "277CA", "HILL-1 A7:453",   "SV101-4"),
    ("a revenue code of three digits",    "inpatient", "SV2*0481 → SV2*481",                                  ACCEPTS, "277CA", "STAY-1 A7:455",   "SV201"),
    ("an inpatient procedure of six",     "inpatient", "BBR:02703DZ → BBR:02703D",                            ACCEPTS, "277CA", "STAY-1 A7:465",   "HI01-2"),
    ("a reason that is no reason code",   "secondary", "CAS*PR*2*16 → CAS*PR*TWO*16",                         ACCEPTS, "277CA", "COB-2 A7:521",    "CAS02"),
    ("a wrong check digit",               "families",  "XX*1500000041 → XX*1500000042",                       ACCEPTS, "277CA", "HILL-1 A7:562",   "NM109"),
    # --- the partner's own rules (SNIP 7)
    ("a claim for another payer",         "families",  "PI*MER01~\nHL*4 → PI*ELSE9~\nHL*4",                   ACCEPTS, "277CA", "HILL-3 A3:116",   "NM109"),
]

PUBLISHED: list[tuple[str, str, Changes, str, str, str, str]] = [
    ("a published claim, a cent off",     "drug.example10.1", "CLMNO12345*103.37 → CLMNO12345*103.38",         ACCEPTS, "277CA", "CLMNO12345 A7:400", "CLM02"),
    ("its charge below zero",             "example1",  "SV1*HC:86663*10.00 → SV1*HC:86663*-10.00",            ACCEPTS, "277CA", "26463774 A7:583", "SV102"),
    ("its pointer to nowhere",            "example1",  "SV1*HC:86663*10.00*UN*1.00***2 → SV1*HC:86663*10.00*UN*1.00***3", ACCEPTS, "277CA", "26463774 A8:477", "SV107-1"),
    ("its void without the original",     "example7",  "520.24***11:B:1 → 520.24***11:B:8",                   ACCEPTS, "277CA", "R03996273 #01 A6:464", "CLM"),
    ("its accident without the day",      "autoaccident", "DTP*439*D8*20051031 → DTP*453*D8*20051031",        ACCEPTS, "277CA", "900000032 A6:248", "CLM"),
    ("its count of segments",             "drug.example10.2", "SE*65* → SE*66*",                              REJECTS, "999",   "R 4",             "SE01"),
    ("its place of service taken out",    "drug.example10.3", "2232.93***12:B:1 → 2232.93***:B:1",            REJECTS, "999",   "R 1",             "CLM05-1"),
    ("as it is: an ambulance",            "ambulance.example5", "",                                           REJECTS, "999",   "R 1",             "CLM05-2"),
    ("as it is: another separator",       "example6",  "",                                                    REJECTS, "999",   "R 6",             "CLM05"),
    ("as it is: a hospital",              "institutional-claim", "",                                          REJECTS, "999",   "R I10",           "CLM06"),
    ("as it is: a repriced hospital",     "ppo-repriced-claim", "",                                           REJECTS, "999",   "R 6",             "CLM05"),
]
# fmt: on
NAMES = {"families": "two_families", "inpatient": "inpatient", "secondary": "secondary"}


def changed(text: str, changes: Changes) -> bytes:
    """Apply the changes, each of which must fit exactly once; SE01 follows where a change adds or takes segments."""
    if callable(changes):
        return changes(text).encode()
    for change in filter(None, changes.split(" | ")):
        old, new = change.split(" → ")
        assert text.count(old) == 1, old
        text = text.replace(old, new)
        more = new.count("~") - old.count("~")
        counted = re.search(r"(?<=SE\*)\d+(?=\*0001)", text)
        if more and counted:
            text = f"{text[: counted.start()]}{int(counted[0]) + more}{text[counted.end() :]}"
    return text.encode()


def own(file: str) -> str:
    """One of the project's own files."""
    return (FIXTURES / f"{NAMES[file]}.837").read_text()


@pytest.fixture(autouse=True)
def _maps_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyx12 loads its maps for every file; here once serves all rows."""
    import pyx12.map_if

    load = pyx12.map_if.load_map_file

    def once(name: str, param: object, *_: object) -> object:
        if name not in MAPS:
            MAPS[name] = load(name, param)
        return MAPS[name]

    monkeypatch.setattr("pyx12.map_if.load_map_file", once)


MAPS: dict[str, object] = {}


def pyx12_says(data: bytes) -> str:
    """What pyx12's own front door says of a file, of a later errata as of the one it knows; an exception rejects too."""
    from pyx12.params import ParamsBase
    from pyx12.x12n_document import x12n_document

    logging.disable(logging.CRITICAL)
    try:
        good = x12n_document(
            ParamsBase(), io.StringIO(data.decode().replace("X222A2", "X222A1").replace("X223A3", "X223A2")), None, None
        )
    except Exception:
        good = False
    finally:
        logging.disable(logging.NOTSET)
    return ACCEPTS if good else REJECTS


def answers(submission: Submission) -> tuple[list[list[str]], list[list[str]]]:
    """The segments of the TA1 and 999, and of the 277CA."""
    texts = (
        acknowledge(submission, created=CREATED, control_number=1),
        write_277ca(submission, created=CREATED, control_number=9),
    )
    first, second = ([row.split("*") for row in text.decode().split("~\n")] for text in texts)
    return first, second


def verdict(answer: str, submission: Submission, claim: str) -> set[str]:
    """What an answer says, in the words of the table."""
    acknowledgement, statuses = answers(submission)
    if answer == "TA1":
        return {f"{row[4]} {row[5]}" for row in acknowledgement if row[0] == "TA1"}
    if answer == "999":
        said: set[str] = set()
        held: list[str] = []
        for row in acknowledgement:
            match row[0]:
                case "IK3":
                    held.append(row[4])
                case "IK4":
                    held.append(row[3])
                case "IK5":
                    said |= {f"{row[1]} {code}" for code in (*held, *row[2:])}
                    held = []
                case "AK9":
                    said |= {f"{row[1]} {code}" for code in row[5:]}
        return said
    told, number = set(), ""
    with_errors = any(row[:2] == ["IK5", "E"] for row in acknowledgement)
    assert not any(row[:2] == ["IK5", "R"] for row in acknowledgement)
    for row in statuses:
        if row[0] == "TRN":
            number = row[2]
        elif row[0] == "STC" and number == claim and row[3] == "U":
            told.add(f"{number} {':'.join(row[1].split(':')[:2])}" + (" E" if with_errors else ""))
    return told


def places(submission: Submission, claim: str = "") -> set[str]:
    """Where our intake found something, as `CLM05-2`; a whole segment is named alone."""
    return {
        error.segment
        + (f"{error.element:02d}" if error.element else "")
        + (f"-{error.component}" if error.component else "")
        for error in submission.errors
        if not claim or error.claim == claim
    }


def check(title: str, data: bytes, submission: Submission, pyx12: str, answer: str, expected: str, place: str) -> None:
    """Hold one row against the answers, the places found, and pyx12."""
    claim = re.split(r" A[0-9]:", expected)[0] if answer == "277CA" else ""
    assert expected in verdict(answer, submission, claim), title
    assert place in places(submission, claim), title
    assert pyx12_says(data) == pyx12, title


def test_the_table_is_long_enough_and_every_row_has_its_own_name() -> None:
    assert len(TABLE) >= 25
    assert len({row[0] for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("file", list(NAMES))
def test_the_files_are_sound_before_anything_is_changed(file: str) -> None:
    data = own(file).encode()
    submission = read_submission(data, strict_npi=True, payer="MER01")
    assert submission.errors == ()
    assert pyx12_says(data) == ACCEPTS
    _, statuses = answers(submission)
    assert {row[3] for row in statuses if row[0] == "STC"} == {"WQ"}


@pytest.mark.parametrize(
    ("title", "file", "changes", "pyx12", "answer", "expected", "place"), TABLE, ids=lambda v: None
)
def test_each_change_gets_its_answer_with_its_place(
    title: str, file: str, changes: Changes, pyx12: str, answer: str, expected: str, place: str
) -> None:
    data = changed(own(file), changes)
    submission = read_submission(data, strict_npi=True, payer="MER01")
    check(title, data, submission, pyx12, answer, expected, place)


@pytest.mark.parametrize(
    ("title", "file", "changes", "pyx12", "answer", "expected", "place"), PUBLISHED, ids=lambda v: None
)
def test_each_change_to_a_published_file_too(
    shared: Path, title: str, file: str, changes: Changes, pyx12: str, answer: str, expected: str, place: str
) -> None:
    (path,) = [*shared.glob(f"x12/837_*/demo.{file}.837"), *shared.glob(f"x12/837_*/{file}.837i")]
    data = changed(path.read_text(), changes)
    check(title, data, read_submission(data), pyx12, answer, expected, place)
