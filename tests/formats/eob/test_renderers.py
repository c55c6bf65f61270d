"""A member reads what was charged, paid and is owed, in words; what a file says is never taken for markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from claims.formats.eob.page import write_page
from claims.formats.eob.text import WIDTH, write_text
from claims.model.benefits import BenefitLine, ExplanationOfBenefits, Progress
from claims.model.decision import Adjustment
from claims.model.money import Money
from claims.model.party import Address, Person

DAY = date(2026, 3, 2)


def line(**changes: object) -> BenefitLine:
    values: dict[str, object] = {
        "number": 1,
        "procedure": "99214",
        "begins": DAY,
        "ends": DAY,
        "charge": Money(120_00),
        "allowed": Money(95_00),
        "paid": Money(56_00),
        "adjustments": (
            Adjustment("CO", "45", Money(25_00)),
            Adjustment("PR", "1", Money(25_00)),
            Adjustment("PR", "2", Money(14_00)),
        ),
    }
    return BenefitLine(**(values | changes))  # type: ignore[arg-type]


def value(**changes: object) -> ExplanationOfBenefits:
    values: dict[str, object] = {
        "payer": "Northgate Health Fund",
        "payer_address": Address("1 Northgate", "", "Westerby", "VT", "059990000"),
        "patient": Person("Hallam", "Bryce"),
        "member_number": "NG0081274",
        "provider": "Elm Court Clinic",
        "number": "EC-1044",
        "control_number": "PVKQ3ZL7",
        "plan": "Northgate Basic",
        "received": DAY,
        "day": date(2026, 3, 9),
        "lines": (line(),),
        "progress": (Progress("Deductible", 2026, Money(500_00), Money(125_00)),),
    }
    return ExplanationOfBenefits(**(values | changes))  # type: ignore[arg-type]


class Seen(HTMLParser):
    """The words of a page, its tags, and whether every tag that opens closes in its turn."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words += data + " "


@pytest.mark.parametrize("render", [write_text, lambda v: Seen(write_page(v)).words])
def test_it_says_who_was_paid_what_is_owed_and_why(render: object) -> None:
    said = " ".join(render(value()).split())  # type: ignore[operator]
    for words in (
        "This is not a bill.",
        "Bryce Hallam",
        "Of 120.00 charged, the plan pays 56.00 to Elm Court Clinic. You owe Elm Court Clinic 39.00.",
        "25.00 you do not owe: discount",
        "25.00 you owe: your deductible",
        "14.00 you owe: your coinsurance",
        "you can appeal within 180 days of 2026-03-09",
        "375.00",
        "PVKQ3ZL7",
    ):
        assert words in said, words


def test_a_denial_says_so_and_what_the_member_owes_of_it() -> None:
    denied = line(
        allowed=Money(0), paid=Money(0), adjustments=(Adjustment("CO", "16", Money(120_00)),), remarks=("M47",)
    )
    text = " ".join(write_text(value(lines=(denied,))).split())
    assert "The claim was denied: the plan pays nothing of 120.00 charged. You owe Elm Court Clinic nothing." in text
    assert "120.00 you do not owe: the claim lacked information" in text
    assert "Remark codes: M47" in text


def test_a_reason_that_has_no_words_is_told_by_its_code() -> None:
    odd = line(adjustments=(Adjustment("OA", "209", Money(64_00)),))
    assert "not paid, reason code OA-209" in write_text(value(lines=(odd,)))


@pytest.mark.parametrize(
    ("standing", "words"), [("void", "Your provider took this claim back"), ("replaced", "claim PNEW took its place")]
)
def test_a_decision_that_does_not_stand_says_so_first(standing: str, words: str) -> None:
    text = " ".join(write_text(value(standing=standing, successor="PNEW")).split())
    assert words in text
    assert "no longer stand" in text


def test_the_totals_are_the_lines_and_what_was_adjusted_at_the_claim() -> None:
    whole = value(lines=(line(), line(number=2)), adjustments=(Adjustment("CO", "253", Money(2_00)),))
    assert (whole.charge, whole.allowed, whole.paid, whole.owed) == (
        Money(240_00),
        Money(190_00),
        Money(110_00),
        Money(78_00),
    )
    assert whole.not_owed == Money(52_00)


def test_the_text_fits_its_width() -> None:
    assert max(map(len, write_text(value()).splitlines())) <= WIDTH


def test_the_page_is_well_formed_fetches_nothing_and_prints() -> None:
    page = write_page(value())
    seen = Seen(page)
    assert seen.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(seen.tags)
    assert not {"src", "href"} & {name for name, _ in seen.attributes}
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert "@media print" in page
    assert "url(" not in page
    assert ("lang", "en") in seen.attributes
    assert seen.tags.count("h1") == 1


def test_what_a_file_says_is_never_markup() -> None:
    hostile = "<script>alert('x')</script>&\""
    page = write_page(
        value(
            payer=hostile,
            patient=Person(hostile, hostile),
            member_number=hostile,
            provider=hostile,
            number=hostile,
            control_number=hostile,
            plan=hostile,
            lines=(
                line(procedure=hostile, remarks=(hostile,), adjustments=(Adjustment("CO", hostile, Money(64_00)),)),
            ),
            progress=(Progress(hostile, 2026, Money(1), Money(0)),),
            payer_address=Address(hostile, hostile, hostile),
        )
    )
    seen = Seen(page)
    assert "script" not in seen.tags
    assert seen.open == []
    assert hostile in seen.words


def test_what_is_left_is_never_negative() -> None:
    assert Progress("Deductible", 2026, Money(1), Money(2)).remaining == Money(0)
    assert replace(value(), progress=()).progress == ()
