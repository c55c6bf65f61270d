"""The table of worked claims: tests/adjudication/worked/*.toml, read and decided.

A line is written as `CODE-MODIFIERS xUNITS DATE/END @PLACE $CHARGE`, all but code and charge optional, with further facts as
`key:value` (by: rendering NPI, auth: authorisation, earlier: what a payer before decided, as PAYER=PAID,GROUP-REASON=AMOUNT …).
A line of the history may be preceded by `N times`. What is expected of a line: allowed, paid, then each group-reason with its
amount, then remarks. DATES.. are `first..last`.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from claims.adjudication import engine
from claims.adjudication.documents import read_plan
from claims.adjudication.engine import ASSUMED
from claims.model.claim import Claim, Line
from claims.model.decision import Adjustment, Decision
from claims.model.history import PastLine
from claims.model.institutional import Institutional
from claims.model.member import Authorization, Coverage
from claims.model.money import ZERO, Money, total
from claims.model.other_payer import OtherLineAdjudication, OtherPayer
from claims.model.party import Address, Person, Provider
from claims.model.plan import Accumulators, FamilyAccumulators, Plan
from claims.settlement.remittance import status_code
from tests.adjudication.builders import (
    BILLING,
    DAY,
    PERSON,
    RENDERING,
    claim,
    clinic,
    clinician,
    encounter,
    member,
    service,
)
from tests.adjudication.tables import EVERY_KIND, MemoryTables

FOLDER = Path(__file__).parent / "worked"


@dataclass(frozen=True)
class Worked:
    """One claim of the table; `facts` are its file's defaults and its own."""

    name: str
    edit: str
    facts: dict

    def decide(self) -> tuple[Claim, Decision]:
        """Adjudicate it."""
        return decide(self.facts)

    @property
    def expected(self) -> tuple:
        """Status, CLP02 and lines, as the table has them."""
        lines = [" ".join(text.split()) for text in self.facts["expect"]]
        return self.facts.get("status", "paid"), self.facts.get("clp02", "1"), lines

    def found(self) -> tuple:
        """Status, CLP02 and lines, as they were decided."""
        billed, decision = self.decide()
        return decision.status, status_code(billed, decision), [told(line) for line in decision.lines]


def told(line) -> str:
    """Write a decided line as the table does."""
    amounts = [str(line.allowed), str(line.paid)]
    amounts += [f"{a.group}-{a.reason} {a.amount}" for a in line.adjustments]
    return " ".join([*amounts, *line.remarks])


@cache
def every_case() -> tuple[Worked, ...]:
    """Read the whole table."""
    cases = []
    for path in sorted(FOLDER.glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = document.pop("case")
        cases += [Worked(row["name"], path.stem, {**document, **row}) for row in rows]
    return tuple(cases)


@cache
def plan_of(name: str) -> Plan:
    """Read one of the table's plans."""
    return read_plan((FOLDER / "plans" / f"{name}.toml").read_text(encoding="utf-8"))


def decide(facts: dict) -> tuple[Claim, Decision]:
    """Adjudicate what the table says of one claim."""
    billed = claim_of(facts)
    network = [
        clinic(status=facts.get("network", "in-network"), **_window(facts.get("billing_credentialed", ""))),
        clinician(**_window(facts.get("rendering_credentialed", ""))),
    ]
    network += [clinician(npi=npi, name="Other") for npi in facts.get("clinicians", [])]
    coverage = tuple(Coverage(*_days(text)) for text in facts.get("covered", ["2020-01-01.."]))
    decision = engine.adjudicate(
        plan_of(facts.get("plan", "plain")),
        billed,
        members=(member(coverage=coverage, **facts.get("member", {})),),
        providers=network,
        evidence=_evidence(facts),
        history=[line for text in facts.get("history", []) for line in _past_lines(text)],
        accumulators=_used(Accumulators, facts.get("used", {})),
        family_accumulators=_used(FamilyAccumulators, facts["family_used"]) if "family_used" in facts else None,
        decided=date.fromisoformat(facts["decided"]) if "decided" in facts else None,
        spent=frozenset(facts.get("spent", [])),
        tables=_tables(facts),
        authorizations=[_authorization(text) for text in facts.get("authorizations", [])],
        replaces=_replaced(facts),
    )
    return billed, decision


def _replaced(facts: dict) -> Decision | None:
    if "replaces" not in facts:
        return None
    shared = {key: value for key, value in facts.items() if key != "replaces"}
    return decide(shared | facts["replaces"])[1]


def claim_of(facts: dict) -> Claim:
    """Build the claim."""
    lines = [_line(number, text) for number, text in enumerate(facts["lines"], 1)]
    received = date.fromisoformat(facts["received"]) if "received" in facts else lines[-1].ends + timedelta(days=8)
    more = {
        "rank": facts.get("rank", 0),
        "frequency": facts.get("frequency", "1"),
        "number": facts.get("number", "A-17"),
    }
    if "payer_control_number" in facts:
        more["payer_control_number"] = facts["payer_control_number"]
    if "bill" in facts:
        ends = max(line.ends for line in lines)
        more |= {"kind": "institutional", "institutional": Institutional(facts["bill"], lines[0].begins, ends, "01")}
    if "authorization" in facts:
        more["prior_authorization"] = facts["authorization"]
    if "taxonomy" in facts:
        more["rendering"] = Provider(RENDERING, "Okafor", "Ngozi", is_person=True, taxonomy=facts["taxonomy"])
    if "zip" in facts:
        more["billing"] = Provider(BILLING, "Harbour Clinic", address=Address(postal_code=facts["zip"]))
    if "home_zip" in facts:
        home = Address(postal_code=facts["home_zip"])
        more["patient"] = Person("Doe", "Ana", birth_date=date(1980, 5, 1), address=home)
    if "other" in facts:
        more["other_payers"] = tuple(_payer(text) for text in facts["other"])
    if "referring" in facts:
        more["referring"] = Provider(facts["referring"], "Referrer", is_person=True)
    return claim(*lines, received=received, **more)


def _line(number: int, text: str) -> Line:
    code, charge, units, days, place, facts = _words(text)
    procedure, *modifiers = code.split("-")
    more: dict = {
        "modifiers": tuple(modifiers),
        "unit": facts.get("unit", "UN"),
        "authorization": facts.get("auth", ""),
    }
    if "by" in facts:
        more["rendering"] = Provider(facts["by"], "Other", is_person=True)
    if "earlier" in facts:
        more["other_adjudications"] = tuple(_earlier(each) for each in facts["earlier"].split(";"))
    return Line(number, procedure, charge, units, *days, place, **more)


def _words(text: str):
    code, *rest = text.split()
    charge, units, days, place, facts = ZERO, Decimal(1), (DAY, DAY), "11", {}
    for word in rest:
        if word[0] == "$":
            charge = Money.parse(word[1:])
        elif word[0] == "x":
            units = Decimal(word[1:])
        elif word[0] == "@":
            place = word[1:]
        elif word[:2] == "20":
            first, _, last = word.partition("/")
            days = date.fromisoformat(first), date.fromisoformat(last or first)
        else:
            key, _, value = word.partition(":")
            facts[key] = value
    return code, charge, units, days, place, facts


def _past_lines(text: str) -> list[PastLine]:
    times, text = text.split(" times ") if " times " in text else ("1", text)
    return [_past(text)] * int(times)


def _past(text: str) -> PastLine:
    code, charge, units, days, place, facts = _words(text)
    procedure, *modifiers = code.split("-")
    return PastLine(
        claim=facts.get("claim", "A-1"),
        person=facts.get("person", PERSON),
        billing_npi=facts.get("billing", BILLING),
        procedure=procedure,
        modifiers=tuple(modifiers),
        begins=days[0],
        ends=days[1],
        place=place,
        charge=charge,
        rendering_npi=facts.get("by", RENDERING),
        units=units,
        payer_control_number=facts.get("icn", ""),
        unit=facts.get("unit", "UN"),
        paid=Money.parse(facts.get("paid", "0.00")),
        taxonomy=facts.get("taxonomy", ""),
        postal_code=facts.get("zip", ""),
    )


def _earlier(text: str) -> OtherLineAdjudication:
    first, *rest = text.split(",")
    payer, _, paid = first.partition("=")
    return OtherLineAdjudication(payer, Money.parse(paid), tuple(_adjustment(each) for each in rest))


def _adjustment(text: str) -> Adjustment:
    code, _, amount = text.partition("=")
    group, _, reason = code.partition("-")
    return Adjustment(group, reason, Money.parse(amount))


def _payer(text: str) -> OtherPayer:
    identifier, *words = text.split()
    facts = dict(word.split(":", 1) for word in words if ":" in word)
    return OtherPayer(
        identifier,
        identifier,
        int(facts["rank"]),
        paid=Money.parse(facts["paid"]) if "paid" in facts else None,
        remaining_liability=Money.parse(facts["left"]) if "left" in facts else None,
        adjustments=tuple(_adjustment(word) for word in words if "=" in word),
    )


def _evidence(facts: dict):
    if "evidence" not in facts:
        return ASSUMED
    records = []
    for place, text in enumerate(facts["evidence"], 1):
        code, _, units, days, at, more = _words(text)
        done = service(code, str(units), days[0], ends=days[1], place=at)
        problem = more.get("problem", "")
        records.append(
            encounter(
                done,
                identifier=f"enc-{place}",
                problem=problem,
                signed=not problem,
                person=more.get("person", PERSON),
                signed_on=date.fromisoformat(more["signed"]) if "signed" in more else None,
            )
        )
    return tuple(records)


def _days(text: str) -> tuple[date, date | None]:
    first, _, last = text.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last) if last else None


def _window(text: str) -> dict:
    if not text:
        return {}
    begins, through = _days(text)
    return {"begins": begins, "through": through}


def _used(kind, facts: dict):
    return kind(**{key: Money.parse(value) if key != "year" else value for key, value in facts.items()})


def _authorization(text: str) -> Authorization:
    number, codes, days, *words = text.split()
    facts = dict(word.split(":", 1) for word in words)
    begins, through = _days(days)
    return Authorization(
        number,
        facts.get("person", PERSON),
        tuple(codes.split(",")),
        facts.get("provider", ""),
        begins,
        through,
        Decimal(facts["units"]) if "units" in facts else None,
        Decimal(facts.get("used", "0")),
    )


def _tables(facts: dict) -> MemoryTables:
    tables = MemoryTables()
    unknown = facts.get("unknown_tables", [])
    tables.kinds = {kind: window for kind, window in tables.kinds.items() if kind in EVERY_KIND and kind not in unknown}
    for text in facts.get("tables", []):
        kind, *words = text.split()
        begins, through = _days(next((word for word in words if ".." in word), "2020-01-01.."))
        setting = "outpatient" if "outpatient" in words else "practitioner"
        if kind == "ptp":
            tables.pair(words[0], words[1], words[2], setting=setting, begins=begins, through=through)
        elif kind == "mue":
            tables.limit(words[0], int(words[1]), words[2], setting=setting, begins=begins, through=through)
        elif kind == "leie":
            tables.excluded(words[0], begins, through)
        else:
            raise ValueError(f"{kind} is not a table")
    return tables


def money_in(decision: Decision) -> tuple[Money, Money]:
    """Return what the equations hold against each other: the charge, and all that became of it."""
    taken = total(a.amount for line in decision.lines for a in line.adjustments)
    return decision.charge, decision.paid + taken


__all__ = ["Worked", "claim_of", "decide", "every_case", "money_in", "plan_of"]
