"""270s answered: cover on the day asked about, what is left of the cost share, and why somebody was not found."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.formats.x12.eligibility_reader import read_270
from claims.model.decision import Usage
from claims.model.eligibility import EligibilityAnswer
from claims.model.member import Coverage, Member
from claims.model.money import Money
from claims.model.plan import Accumulators, CostShare, OutOfNetworkShare, Plan, Pricing
from claims.service.eligibility import answer_eligibility
from claims.service.eligibility_answer import Terms, answer
from claims.service.errors import FileRejected, UsageError
from tests.formats.x12.inquiries import outline, segments_of, wrapped
from tests.service.parties import PERSON, Parties

HEAD = """
BHT*0022*13*Q-1*20260402*0915
HL*1**20*1
NM1*PR*2*NORTHGATE HEALTH FUND*****PI*NGHF1
HL*2*1*21*1
NM1*1P*2*ELM COURT CLINIC*****XX*2460913785
"""
OTTILIE = """
HL*3*2*22*0
TRN*1*OWN-1*9ELMCOURT1
NM1*IL*1*VANCE*OTTILIE****MI*NG-77
DMG*D8*19810611*F
DTP*291*D8*20260601
EQ*30
"""
PERRIN = """
HL*3*2*22*1
NM1*IL*1******MI*NG-77
HL*4*3*23*0
TRN*1*KID-1*9ELMCOURT1
NM1*03*1*VANCE*PERRIN
DMG*D8*20150101*M
EQ*30
"""
SUBSCRIBER = Member(
    "P-1",
    "NG-77",
    "18",
    "Vance",
    "Ottilie",
    date(1981, 6, 11),
    (Coverage(date(2026, 1, 1), date(2026, 12, 31), line="HLT"),),
    "NG-77",
)
CHILD = Member("P-2", "NG-77", "19", "Vance", "Perrin", date(2015, 1, 1), (Coverage(date(2026, 1, 1), line="HLT"),))
PLAN = Plan(
    "Northgate Silver",
    2026,
    Pricing("fee-list"),
    CostShare(Money(2_000), Money(50_000), Decimal("0.2"), Money(400_000)),
)
UNUSED = Accumulators()


def ask(
    text: str = OTTILIE,
    *members: Member,
    plan: Plan | None = PLAN,
    used: Accumulators = UNUSED,
    together: Accumulators = UNUSED,
) -> EligibilityAnswer:
    (request,) = read_270(wrapped("270", HEAD + text))
    people = members or (SUBSCRIBER, CHILD)

    def family(number: str) -> tuple[Member, ...]:
        return tuple(member for member in people if member.member_number == number)

    def by_person(person: str, year: int) -> Accumulators:
        return used if (person, year) == ("P-1", 2026) else UNUSED

    def by_family(name: str, year: int) -> Accumulators:
        return together if (name, year) == ("NG-77", 2026) else UNUSED

    terms = Terms(family, plan, by_person, by_family, request.created)
    return answer(request.sources[0].receivers[0].patients[0], terms, "E-1")


def told(answered: EligibilityAnswer) -> list[tuple[str, str, str]]:
    return [(b.code, b.period, str(b.amount if b.share is None else b.share)) for b in answered.benefits if b.level]


def test_active_cover_with_the_cost_share_and_what_is_left_of_it() -> None:
    answered = ask(used=Accumulators(Money(12_550), Money(30_000)))
    assert (answered.status, answered.person) == ("active", "P-1")
    assert (answered.begins, answered.through) == (date(2026, 1, 1), date(2026, 12, 31))
    assert told(answered) == [
        ("C", "23", "500.00"),
        ("C", "29", "374.50"),
        ("A", "", "0.2"),
        ("B", "27", "20.00"),
        ("G", "23", "4000.00"),
        ("G", "29", "3700.00"),
    ]
    assert {b.plan for b in answered.benefits if b.level} == {"Northgate Silver"}


def test_nothing_is_left_where_more_was_used_than_the_plan_asks() -> None:
    assert ("C", "29", "0.00") in told(ask(used=Accumulators(Money(90_000), Money(90_000))))


def test_what_the_family_has_left_bounds_what_the_person_has() -> None:
    share = replace(PLAN.cost_share, family_deductible=Money(100_000), family_out_of_pocket=Money(800_000))
    plan = replace(PLAN, cost_share=share)
    answered = ask(
        plan=plan, used=Accumulators(Money(10_000), Money(10_000)), together=Accumulators(Money(70_000), Money(70_000))
    )
    assert [(b.code, b.level, b.period, str(b.amount)) for b in answered.benefits if b.code in ("C", "G")] == [
        ("C", "IND", "23", "500.00"),
        ("C", "IND", "29", "300.00"),
        ("C", "FAM", "23", "1000.00"),
        ("C", "FAM", "29", "300.00"),
        ("G", "IND", "23", "4000.00"),
        ("G", "IND", "29", "3900.00"),
        ("G", "FAM", "23", "8000.00"),
        ("G", "FAM", "29", "7300.00"),
    ]
    aggregate = ask(plan=replace(plan, cost_share=replace(share, family="aggregate")))
    assert {b.level for b in aggregate.benefits if b.code == "C"} == {"FAM"}


def test_outside_the_network_has_its_own_cost_share_and_count() -> None:
    outside = OutOfNetworkShare(Money(4_000), Money(100_000), Decimal("0.4"))
    plan = replace(PLAN, cost_share=replace(PLAN.cost_share, out_of_network=outside))
    used = Accumulators(Money(10_000), Money(10_000), out_of_network_deductible=Money(25_000))
    told_by_network = {
        (b.code, b.period, b.network): str(b.amount if b.share is None else b.share)
        for b in ask(plan=plan, used=used).benefits
        if b.level
    }
    assert told_by_network["C", "29", "Y"] == "400.00"
    assert told_by_network["C", "29", "N"] == "750.00"
    assert told_by_network["A", "", "N"] == "0.4"
    assert told_by_network["B", "27", "N"] == "40.00"
    assert ("G", "23", "N") not in told_by_network


@pytest.mark.parametrize(
    ("day", "status"),
    [("20251231", "inactive"), ("20260101", "active"), ("20261231", "active"), ("20270101", "inactive")],
)
def test_the_first_and_the_last_day_of_cover_count(day: str, status: str) -> None:
    answered = ask(OTTILIE.replace("20260601", day))
    assert answered.status == status
    assert {benefit.code for benefit in answered.benefits if not benefit.level} == {"1" if status == "active" else "6"}
    assert answered.begins == date(2026, 1, 1)


def test_without_a_day_the_270_s_own_counts() -> None:
    undated = OTTILIE.replace("DTP*291*D8*20260601\n", "")
    assert ask(undated).status == "active"
    later = replace(SUBSCRIBER, coverage=(Coverage(date(2026, 4, 3), line="HLT"),))
    assert ask(undated, later).status == "inactive", "the 270 is of 2 April"


def test_service_types_are_answered_by_the_lines_that_are_in_force() -> None:
    asked = OTTILIE.replace("EQ*30", "EQ*30^98^35^AL^88")
    dental = replace(SUBSCRIBER, coverage=(*SUBSCRIBER.coverage, Coverage(date(2026, 1, 1), line="DEN")))
    by_type = {
        b.service_types[0]: b.code for b in ask(asked, dental).benefits if not b.level and len(b.service_types) == 1
    }
    assert by_type == {"30": "1", "98": "1", "35": "1", "AL": "I", "88": "I"}
    listed = next(b.service_types for b in ask(asked, dental).benefits if len(b.service_types) > 2 and not b.level)
    assert "35" in listed
    assert "AL" not in listed


def test_dental_cover_alone_tells_no_medical_cost_share() -> None:
    dental = replace(SUBSCRIBER, coverage=(Coverage(date(2026, 1, 1), line="DEN"),))
    assert told(ask(OTTILIE, dental)) == []


def test_without_a_plan_the_cover_is_told_and_no_cost_share() -> None:
    answered = ask(plan=None)
    assert answered.status == "active"
    assert told(answered) == []


REJECTED: list[tuple[str, str, Callable[[str], str], bool]] = [
    ("75", "no such number", lambda t: t.replace("NG-77", "NG-78"), True),
    ("72", "no number", lambda t: t.replace("****MI*NG-77", ""), True),
    ("73", "another name", lambda t: t.replace("VANCE*OTTILIE", "HOLM*OTTILIE"), True),
    ("71", "another birth date", lambda t: t.replace("19810611", "19810612"), True),
    ("58", "no such birth date", lambda t: t.replace("19810611", "19811311"), True),
    (
        "58",
        "neither name nor birth date",
        lambda t: t.replace("VANCE*OTTILIE", "*").replace("DMG*D8*19810611*F\n", ""),
        True,
    ),
    ("57", "no such day", lambda t: t.replace("20260601", "20260631"), True),
]


@pytest.mark.parametrize(("code", "name", "change", "about_subscriber"), REJECTED, ids=[row[1] for row in REJECTED])
def test_why_a_subscriber_is_not_found(
    code: str, name: str, change: Callable[[str], str], about_subscriber: bool
) -> None:
    answered = ask(change(OTTILIE))
    assert (answered.reject, answered.about_subscriber, answered.person) == (code, about_subscriber, "")
    assert answered.benefits == ()


@pytest.mark.parametrize(
    ("code", "old", "new", "about_subscriber"),
    [
        ("75", "NG-77", "NG-78", True),
        ("67", "VANCE*PERRIN", "VANCE*PAUL", False),
        ("65", "VANCE*PERRIN", "*", False),
        ("71", "20150101", "20150102", False),
        ("58", "20150101", "20151301", False),
        ("73", "NM1*IL*1******MI", "NM1*IL*1*HOLM*****MI", True),
    ],
)
def test_why_a_dependent_is_not_found(code: str, old: str, new: str, about_subscriber: bool) -> None:
    assert old in PERRIN
    answered = ask(PERRIN.replace(old, new))
    assert (answered.reject, answered.about_subscriber) == (code, about_subscriber)


def test_a_dependent_is_found_under_the_subscriber_s_number_and_both_are_named() -> None:
    answered = ask(PERRIN)
    assert (answered.person, answered.patient.name, answered.subscriber.first_name) == ("P-2", "Vance", "Ottilie")


def test_a_dependent_is_no_subscriber() -> None:
    assert ask(OTTILIE.replace("VANCE*OTTILIE", "VANCE*PERRIN").replace("19810611", "20150101")).reject == "73"


# through the store


def write(folder: Path, text: str) -> Path:
    file = folder / "ask.270"
    file.write_bytes(wrapped("270", HEAD + text))
    return file


def enrol(local: Parties, *members: Member) -> None:
    with local.payer.store.unit_of_work() as work:
        for member in members:
            work.members.put(member)


SHARED_MEMBERS = (
    Member("P-1", "11122333301", "18", "Smith", "Robert", date(1943, 5, 19), (Coverage(date(2006, 1, 1)),)),
    Member("P-2", "11122333301", "19", "Smith", "Mary", date(1978, 10, 14), (Coverage(date(2006, 1, 1)),)),
)


@pytest.mark.parametrize("name", ["subscriber-health-benefit-check", "dependent-health-benefit-check"])
def test_the_shared_270s_are_answered_as_the_shared_271s_are(local: Parties, shared: Path, name: str) -> None:
    enrol(local, *SHARED_MEMBERS)
    answered = answer_eligibility(
        local.payer, shared / "x12" / "270_005010X279A1" / f"{name}.270", local.folder / "out"
    )
    ours = answered.path.read_bytes()
    theirs = (shared / "x12" / "271_005010X279A1" / f"{name}.271").read_bytes()
    # Theirs tells addresses, a physician and a copay by network, which nobody here knows; ours its own trace number.
    others = ("N3", "N4", "LS", "LE", "EB", "INS", "DMG")
    assert [s for s in outline(ours, without=others) if s != ("TRN", "1")] == [
        s for s in outline(theirs, without=others) if s != ("NM1", "P3")
    ]
    traces = [segment for segment in segments_of(ours) if segment[0] == "TRN"]
    assert traces[0] == next(segment for segment in segments_of(theirs) if segment[0] == "TRN")
    assert re.fullmatch(r"E[A-Z2-7]{16}", traces[1][2])
    assert ["DTP", "346", "D8", "20060101"] in segments_of(ours)
    first = next(segment for segment in segments_of(ours) if segment[0] == "EB")
    assert first[:4] == ["EB", "1", "", "30"]
    assert answered.answers[0].status == "active"


def test_a_member_whom_nobody_knows_is_told_so_where_the_shared_270_names_one(local: Parties, shared: Path) -> None:
    for file in sorted((shared / "x12" / "270_005010X279A1").iterdir()):
        answered = answer_eligibility(local.payer, file, local.folder / "out")
        assert [one.reject for one in answered.answers] == ["75"]
        assert ["AAA", "N", "", "75", "C"] in segments_of(answered.path.read_bytes())


def test_one_who_does_not_say_who_asks_is_told_nothing(local: Parties, shared: Path) -> None:
    enrol(local, SUBSCRIBER)
    file = write(local.folder, OTTILIE)
    file.write_bytes(wrapped("270", (HEAD + OTTILIE).replace("*****XX*2460913785", "")))
    answered = answer_eligibility(local.payer, file, local.folder / "out")
    assert (answered.answers, answered.refused) == ((), ("43",))
    theirs = (shared / "x12" / "271_005010X279A1" / "subscriber-health-benefit-check-error.271").read_bytes()
    assert outline(answered.path.read_bytes()) == outline(theirs)


def test_what_was_used_this_plan_year_is_taken_off(local: Parties) -> None:
    member = replace(SUBSCRIBER, person=PERSON)
    enrol(local, member)
    (local.payer.home.folder / "plan.toml").write_text(
        'name = "Northgate Silver"\nyear = 2026\n[pricing]\nmethod = "fee-list"\n'
        '[cost_share]\ndeductible = "500.00"\nout_of_pocket = "4000.00"\n'
    )
    with local.payer.store.unit_of_work() as work:
        work.accumulators.add("opening", 1, [Usage(PERSON, "NG-77", 2026, Money(12_550), Money(12_550))], at=1)
        work.accumulators.add("before", 1, [Usage(PERSON, "NG-77", 2025, Money(99_900), Money(99_900))], at=1)
    (answered,) = answer_eligibility(local.payer, write(local.folder, OTTILIE), local.folder / "out").answers
    assert ("C", "29", "374.50") in told(answered)


def test_the_271_counts_its_segments_and_can_be_repeated(local: Parties) -> None:
    enrol(local, SUBSCRIBER, CHILD)
    file = write(local.folder, OTTILIE)
    file.write_bytes(wrapped("270", HEAD + OTTILIE + PERRIN.replace("HL*4*3", "HL*5*4").replace("HL*3*2", "HL*4*2")))
    for _ in range(2):
        answered = answer_eligibility(local.payer, file, local.folder / "out")
        segments = segments_of(answered.path.read_bytes())
        assert segments[-1][1] == str(len(segments))
        assert [one.person for one in answered.answers] == ["P-1", "P-2"]
        levels = [segment for segment in segments if segment[0] == "HL"]
        assert levels == [
            ["HL", "1", "", "20", "1"],
            ["HL", "2", "1", "21", "1"],
            ["HL", "3", "2", "22", "0"],
            ["HL", "4", "2", "22", "1"],
            ["HL", "5", "4", "23", "0"],
        ]
    assert answered.path.stat().st_mode & 0o077 == 0


def test_a_bad_file_is_rejected_and_nothing_is_written(local: Parties) -> None:
    file = write(local.folder, OTTILIE.replace("EQ*30\n", ""))
    with pytest.raises(FileRejected, match="nothing was answered") as refusal:
        answer_eligibility(local.payer, file, local.folder / "out")
    assert "VANCE" not in str(refusal.value)
    assert not (local.folder / "out").exists()


def test_a_provider_s_home_answers_nobody(local: Parties) -> None:
    with pytest.raises(UsageError, match="payer's"):
        answer_eligibility(local.clinic, write(local.folder, OTTILIE), local.folder / "out")
