"""The demo's files are what they say: guide-conform, consistent with one another, written apart, and worked out to the cent."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle

from claims.model.encounter import PAYMENT_MODIFIERS
from tests.service.demo.files import (
    CODER_MODIFIERS,
    DATA,
    FIXTURES,
    billed,
    charted,
    check_digit_holds,
    guide_answer,
    segments,
    toml,
)

EXPECTED = toml(Path(__file__).parent / "expected.toml")
EXPORT, CLAIMS = DATA / "ehr-export.json", DATA / "claims.837"
PAIRS = [(EXPORT, CLAIMS), (FIXTURES / "good" / "ehr.json", FIXTURES / "good" / "claim.837")]


def test_the_guide_accepts_the_first_transaction_and_names_the_second_ones_error() -> None:
    answer = guide_answer(CLAIMS)
    first, second = answer.index("AK2*837*0001*005010X222A1"), answer.index("AK2*837*0002*005010X222A1")
    assert answer[first + 1 : second] == ["IK5*A"]
    assert [segment.split("*")[:2] for segment in answer[second + 1 : second + 4]] == [
        ["IK3", "CLM"],
        ["IK4", "5:2"],
        ["IK5", "R"],
    ]


def test_the_good_claim_passes_the_guide() -> None:
    assert "IK5*A" in guide_answer(FIXTURES / "good" / "claim.837")


@pytest.mark.parametrize(
    "name",
    ["negative-amount", "unbalanced", "replacement-without-original", "unknown-member"],
)
def test_what_the_guide_cannot_see_passes_it(name: str) -> None:
    """These files are for our own checks: pyx12 alone has nothing to say about them."""
    assert "IK5*A" in guide_answer(FIXTURES / "bad" / f"{name}.837")


@pytest.mark.parametrize("name", ["negative-amount", "unbalanced", "replacement-without-original", "unknown-member"])
def test_a_bad_claim_differs_from_the_good_one_in_one_thing(name: str) -> None:
    good, bad = segments(FIXTURES / "good" / "claim.837"), segments(FIXTURES / "bad" / f"{name}.837")
    changed = {ours[0] for ours, theirs in zip(good, bad, strict=True) if ours != theirs}
    assert changed in ({"CLM", "SV1"}, {"CLM"}, {"NM1"})


@pytest.mark.parametrize("bundle", [EXPORT, FIXTURES / "good" / "ehr.json"], ids=["demo", "good"])
def test_the_export_is_fhir(bundle: Path) -> None:
    assert Bundle.model_validate_json(bundle.read_bytes()).type == "collection"


def test_every_npi_has_its_check_digit_and_names_nobody() -> None:
    """NPIs that begin with 2 are valid and have not been given out."""
    files = [path for folder in (DATA, FIXTURES) for path in folder.rglob("*") if path.is_file()]
    found = {
        npi for path in files for npi in re.findall(r'(?:XX\*|us-npi", "value": "|npi = ")(\d+)', path.read_text())
    }
    assert len(found) >= 9
    assert all(len(npi) == 10 and npi.startswith("2") and check_digit_holds(npi) for npi in found)


@pytest.mark.parametrize("path", [CLAIMS, FIXTURES / "good" / "claim.837"], ids=["demo", "good"])
def test_the_envelope_counts_and_the_charges_add_up(path: Path) -> None:
    start = 0
    for place, segment in enumerate(segments(path)):
        if segment[0] == "ST":
            start = place
        if segment[0] == "SE":
            assert int(segment[1]) == place - start + 1
    for claim in billed(path):
        assert claim.charge == sum(charge for charge, _, _ in claim.lines)


@pytest.mark.parametrize(("export", "claims"), PAIRS, ids=["demo", "good"])
def test_every_billed_line_was_done_once(export: Path, claims: Path) -> None:
    left = [done for visit in charted(export).values() for done in visit]
    for claim in billed(claims):
        for _, done, _ in claim.lines:
            assert done in left, claim.number
            left.remove(done)


def test_each_claim_is_backed_by_the_visits_the_table_names() -> None:
    visits = charted(EXPORT)
    table = {row["claim"]: row for row in EXPECTED["claims"]}
    for claim in billed(CLAIMS):
        named = table[claim.number]["encounters"]
        assert set(claim.visits) <= set(named)
        assert {done for _, done, _ in claim.lines} <= {done for visit in named for done in visits[visit]}
    assert sorted(visit for row in EXPECTED["claims"] for visit in row["encounters"]) == sorted(visits)


def test_the_export_and_the_claims_were_written_apart() -> None:
    """The coder added modifiers, left a service unbilled, and numbers and spells in another way than the record system."""
    export, claims = EXPORT.read_text(), CLAIMS.read_text()
    chart = [done for visit in charted(EXPORT).values() for done in visit]
    bills = [line for claim in billed(CLAIMS) for line in claim.lines]
    assert CODER_MODIFIERS <= PAYMENT_MODIFIERS
    assert any(CODER_MODIFIERS & set(modifiers) for _, _, modifiers in bills)
    assert not any(CODER_MODIFIERS & set(done.modifiers) for done in chart)
    assert len(chart) > len(bills)
    assert not any(claim.number in export for claim in billed(CLAIMS))
    assert not any(segment[2] in export for segment in segments(CLAIMS) if segment[:2] == ["REF", "6R"])
    assert not any(member["person"] in claims for member in toml(DATA / "members.toml")["members"])
    assert not any(member["member_number"] in export for member in toml(DATA / "members.toml")["members"])
    assert "M17.11" in export
    assert "M1711" in claims


def test_some_claims_name_their_visits_and_some_leave_them_to_be_matched() -> None:
    named = {claim.number: len(claim.visits) for claim in billed(CLAIMS)}
    assert {0, 1, 2} <= set(named.values())


def test_the_cast_is_one_across_the_files() -> None:
    demo, members, providers = (toml(DATA / f"{name}.toml") for name in ("demo", "members", "providers"))
    network = {provider["npi"]: provider for provider in providers["providers"]}
    assert {policy["person"] for policy in demo["policies"]} == {member["person"] for member in members["members"]}
    assert {p["npi"] for p in demo["practitioners"] + demo["providers"]} == set(network)
    for practitioner in demo["practitioners"]:
        known = network[practitioner["npi"]]
        assert practitioner["registry"] == known["practitioner"]
        assert practitioner["roster"] == known["roster"]
        assert practitioner["controller"] == known["controller"]
    for provider in demo["providers"]:
        assert provider["controller"] == network[provider["npi"]]["controller"]
    assert set(demo["unsigned"]["encounters"]) < set(charted(EXPORT))
    payers = {(segment[3], segment[9]) for segment in segments(CLAIMS) if segment[:2] == ["NM1", "PR"]}
    assert payers == {(demo["payer"]["name"].upper(), demo["payer"]["identifier"])}


def test_only_the_solo_practitioner_is_her_own_controller() -> None:
    demo = toml(DATA / "demo.toml")
    controllers = {provider["npi"]: provider["controller"] for provider in demo["providers"]}
    alone = [p["npi"] for p in demo["practitioners"] if p["controller"] in {controllers[npi] for npi in p["roster"]}]
    assert alone == [segment[9] for segment in segments(CLAIMS) if segment[:3] == ["NM1", "85", "1"]]


def test_the_expected_table_has_every_claim_in_the_order_of_the_file() -> None:
    assert [row["claim"] for row in EXPECTED["claims"]] == [claim.number for claim in billed(CLAIMS)]
    for row, claim in zip(EXPECTED["claims"], billed(CLAIMS), strict=True):
        assert Decimal(row["charge"]) == claim.charge
        for worked, (charge, done, _) in zip(row["lines"], claim.lines, strict=bool(row["lines"])):
            assert (worked["code"], Decimal(worked["charge"])) == (done.code, charge)


def _by_group(adjustments: list[str], group: str) -> Decimal:
    return sum((Decimal(a.split()[1]) for a in adjustments if a.startswith(group)), Decimal(0))


def test_every_expected_line_adds_up() -> None:
    """charge = paid + CO + PR; allowed = charge − CO of a line that is paid; the totals are those of the decided claims."""
    totals = {"charge": Decimal(0), "paid": Decimal(0), "contractual": Decimal(0), "patient": Decimal(0)}
    for row in EXPECTED["claims"]:
        if row["status"] not in ("paid", "denied"):
            assert not any(line["adjustments"] for line in row["lines"])
            continue
        for line in row["lines"]:
            charge, allowed, paid = (Decimal(line[key]) for key in ("charge", "allowed", "paid"))
            contractual, patient = (_by_group(line["adjustments"], group) for group in ("CO", "PR"))
            assert charge == paid + contractual + patient
            assert row["status"] == "denied" or allowed == charge - contractual == paid + patient
            totals = {
                "charge": totals["charge"] + charge,
                "paid": totals["paid"] + paid,
                "contractual": totals["contractual"] + contractual,
                "patient": totals["patient"] + patient,
            }
        for key in ("charge", "allowed", "paid"):
            assert Decimal(row[key]) == sum(Decimal(line[key]) for line in row["lines"])
        assert Decimal(row["patient"]) == sum(_by_group(line["adjustments"], "PR") for line in row["lines"])
    assert totals == {key: Decimal(amount) for key, amount in EXPECTED["totals"].items()}


def test_the_table_shows_every_kind_of_ending() -> None:
    assert {row["status"] for row in EXPECTED["claims"]} == {"paid", "pended", "denied", "rejected"}
    paid = [row for row in EXPECTED["claims"] if row["status"] == "paid"]
    assert any(row["paid"] == row["charge"] for row in paid)
    assert any(row["paid"] != row["charge"] for row in paid)


def test_no_claim_of_the_demo_meets_its_cap_or_its_limit() -> None:
    """Above cap and above limit are frauds that the demo adds."""
    demo = toml(DATA / "demo.toml")
    highest = max(int(Decimal(row["paid"]) * 100) for row in EXPECTED["claims"] if row["status"] == "paid")
    assert highest < demo["payer"]["cap_per_claim_cents"] < min(policy["limit_cents"] for policy in demo["policies"])
    assert sum(policy["limit_cents"] for policy in demo["policies"]) <= demo["payer"]["treasury_cents"]
