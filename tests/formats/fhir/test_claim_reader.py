"""FHIR claims: what is read equals what an 837 of the same claim gives, and what is wrong is refused without a traceback."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.formats.fhir.claims import looks_like_fhir, read_fhir_claims
from claims.formats.x12.intake import read_submission
from claims.model.claim import Claim
from claims.model.decision import Adjustment
from claims.model.institutional import CodedDiagnosis, CodedProcedure, Institutional
from claims.model.money import Money
from claims.model.other_payer import OtherLineAdjudication, OtherPayer
from claims.model.submission import Submission
from tests.adjudication.builders import claim, line
from tests.formats.fhir.claims_as_fhir import as_bundle

TESTS = Path(__file__).parent.parent.parent
FILES = (
    TESTS / "fixtures" / "good" / "claim.837",
    TESTS.parent / "claims" / "service" / "demo" / "data" / "claims.837",
    TESTS / "formats" / "x12" / "fixtures" / "two_families.837",
    TESTS / "formats" / "x12" / "fixtures" / "hospital.837",
)
GOOD = read_submission(FILES[0].read_bytes()).claims
CANARIES = ("HALLAM", "BRYCE", "1979", "NG0081274", "M25511", "99213", "97110", "2026-04-13")


def document() -> dict:
    """The good claim as a Bundle, to change."""
    return json.loads(as_bundle(GOOD))


def resource(bundle: dict, kind: str) -> dict:
    """The first resource of a type."""
    return next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)


def read(bundle: dict, **manner) -> Submission:
    return read_fhir_claims(json.dumps(bundle).encode(), **manner)


def first_error(bundle: dict, **manner):
    submission = read(bundle, **manner)
    assert not submission.claims
    return submission.errors[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_claim_is_read_as_its_837_is(file: Path) -> None:
    claims = read_submission(file.read_bytes()).claims
    assert claims
    assert read_fhir_claims(as_bundle(claims)).claims == claims


def test_the_shared_837s_are_read_as_fhir_too(shared: Path) -> None:
    read_back = 0
    for file in sorted((shared / "x12").rglob("*.837*")):
        # Three of the files separate the parts of CLM05 by another character than ISA16 names.
        claims = tuple(one for one in read_submission(file.read_bytes(), validated=True).claims if one.frequency)
        assert read_fhir_claims(as_bundle(claims)).claims == claims or not claims
        read_back += len(claims)
    assert read_back >= 8


def test_a_single_claim_may_contain_what_it_refers_to() -> None:
    bundle = document()
    body = resource(bundle, "Claim")
    others = [entry["resource"] for entry in bundle["entry"] if entry["resource"] is not body]
    text = json.dumps(body | {"contained": others})
    for other in others:
        text = text.replace(f"{other['resourceType']}/{other['id']}", f"#{other['id']}")
        for inner in ("Patient", "Organization"):
            text = text.replace(f'"{inner}/', '"#')
    assert read_fhir_claims(text.encode()).claims == GOOD


def test_a_claim_with_everything_is_read_back() -> None:
    decided = OtherLineAdjudication(
        "OTHER1", Money(7000), (Adjustment("CO", "45", Money(3000), Decimal(1)),), adjudicated=date(2026, 3, 20)
    )
    other = OtherPayer("OTHER1", "First Payer", 0, "CI", Money(7000), Money(1000), None, (), date(2026, 3, 20))
    billed = line(
        1,
        "99214",
        "100.00",
        units="2.5",
        unit="MJ",
        modifiers=("25", "RT"),
        diagnoses=(2, 1),
        evidence=("enc-7",),
        authorization="AU-9",
        control_number="L1",
        other_adjudications=(decided,),
    )
    full = claim(
        billed,
        rank=1,
        frequency="7",
        payer_control_number="PABC",
        prior_authorization="AU-1",
        clearinghouse_number="CH-1",
        group_number="G1",
        filing_indicator="CI",
        accepts_assignment="C",
        diagnoses=("J0190", "R51"),
        evidence=("enc-1", "enc-2"),
        other_payers=(other,),
        referring=replace(GOOD[0].rendering, npi="1497758544"),
    )
    assert read_fhir_claims(as_bundle([full])).claims == (full,)


STAY = Institutional(
    "11",
    date(2026, 3, 1),
    date(2026, 3, 4),
    "01",
    date(2026, 3, 1),
    "3",
    "1",
    "194",
    (CodedDiagnosis("J189", "ABK", "Y"), CodedDiagnosis("R0602", "ABJ"), CodedDiagnosis("I10", "ABF", "N")),
    (CodedProcedure("0BH17EZ", date(2026, 3, 2)), CodedProcedure("5A1935Z")),
    (("80", "3.00"),),
    "1130",
)


def stay(facts: Institutional, **others: object) -> Claim:
    """An inpatient bill of one room and one drug."""
    given = {"begins": facts.begins, "ends": facts.ends, "place": "11"}
    room = line(1, "0120", "900.00", units="3", unit="DA", revenue_code="0120", qualifier="NU", **given)
    drug = line(2, "J1100", "20.00", revenue_code="0636", diagnoses=(), **(given | {"ends": facts.begins}))
    codes = tuple(each.code for each in facts.diagnoses if each.qualifier in ("ABK", "ABF"))
    parts = {"kind": "institutional", "institutional": facts, "place": "11", "diagnoses": codes, "rendering": None}
    return claim(room, drug, attending=GOOD[0].rendering, **(parts | others))


def test_an_inpatient_bill_is_read_back_with_all_its_facts() -> None:
    assert read_fhir_claims(as_bundle([stay(STAY)])).claims == (stay(STAY),)
    interim = stay(replace(STAY, discharge_status="30"), frequency="2")
    assert read_fhir_claims(as_bundle([interim])).claims == (interim,)
    replacement = stay(STAY, frequency="7", payer_control_number="P1")
    assert read_fhir_claims(as_bundle([replacement])).claims == (replacement,)


@pytest.mark.parametrize(
    ("facts", "others", "status"),
    [
        ({"admitted": None}, {}, "A6:189"),
        ({"admission_type": ""}, {}, "A6:231"),
        ({"discharge_status": ""}, {}, "A6:234"),
        ({"diagnoses": (STAY.diagnoses[0],)}, {}, "A6:232"),
        ({"admitted": date(2026, 3, 5)}, {}, "A8:189"),
        ({"discharge_status": "30"}, {}, "A8:234"),
        ({"diagnoses": tuple(replace(each, present_on_admission="") for each in STAY.diagnoses)}, {}, "A6:688"),
        ({"procedures": (CodedProcedure("99213"),)}, {}, "A7:465"),
        ({}, {"frequency": "7"}, "A6:464"),
    ],
)
def test_an_inpatient_bill_is_held_to_what_its_type_asks_for(facts: dict, others: dict, status: str) -> None:
    submission = read_fhir_claims(as_bundle([stay(replace(STAY, **facts), **others)]))
    assert not submission.claims
    assert status in {error.status for error in submission.errors}


def earlier(paid: int, reduced: int, whole: int) -> Claim:
    """A claim that another payer decided first: what it paid of the line, what it took off, and what it paid in all."""
    decided = OtherLineAdjudication("OTHER1", Money(paid), (Adjustment("CO", "45", Money(reduced)),))
    return claim(
        line(1, "99214", "100.00", other_adjudications=(decided,)),
        rank=1,
        other_payers=(OtherPayer("OTHER1", "First Payer", 0, "CI", Money(whole)),),
    )


def test_an_earlier_payers_figures_must_balance() -> None:
    balanced = earlier(7000, 3000, 7000)
    assert read_fhir_claims(as_bundle([balanced])).claims == (balanced,)
    for figures in ((7000, 2999, 7000), (7000, 3000, 6999)):
        [error] = read_fhir_claims(as_bundle([earlier(*figures)])).errors
        assert (error.status, error.snip, error.segment) == ("A7:672", 3, "Claim.insurance[1].claimResponse")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda answer: answer["item"][0].update(itemSequence=2), "A8:479"),
        (lambda answer: answer.update(outcome="queued"), "A6:286"),
        (lambda answer: answer.pop("total"), "A6:286"),
        (lambda answer: answer["item"][0]["adjudication"].pop(0), "A7:643"),
        (lambda answer: answer["item"][0]["adjudication"][1]["reason"]["coding"].pop(1), "A7:521"),
    ],
)
def test_an_earlier_payers_answer_must_be_one(change: Callable[[dict], object], status: str) -> None:
    bundle = json.loads(as_bundle([earlier(7000, 3000, 7000)]))
    change(resource(bundle, "ClaimResponse"))
    assert status in {error.status for error in read(bundle).errors}
    assert not read(bundle).claims


def test_who_rendered_an_item_must_be_one_member_of_the_team() -> None:
    bundle = document()
    body = resource(bundle, "Claim")
    body["careTeam"].append(body["careTeam"][0] | {"sequence": 2, "responsible": False})
    body["item"][0]["careTeamSequence"] = [1, 2]
    assert first_error(bundle).segment == "Claim.item[0].careTeamSequence"
    body["item"][0]["careTeamSequence"] = [3]
    assert first_error(bundle).status == "A7:562:82"
    del body["item"][0]["careTeamSequence"]
    assert read(bundle).claims == GOOD
    body["careTeam"][0]["responsible"] = False
    assert first_error(bundle).segment == "Claim.item[0].careTeamSequence"


def test_evidence_is_named_by_the_visit_number_or_else_by_the_encounters_id() -> None:
    bundle = document()
    visit = {
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "VN"}]},
        "value": "V-7",
    }
    met = {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}}
    bundle["entry"] += [
        {"resource": met | {"id": "one", "identifier": [visit]}},
        {"resource": met | {"id": "two"}},
    ]
    resource(bundle, "Claim")["item"][0]["encounter"] = [
        {"reference": f"Encounter/{name}"} for name in ("one", "two", "elsewhere")
    ]
    [found] = read(bundle).claims
    assert found.lines[0].evidence == ("V-7", "two", "elsewhere")
    resource(bundle, "Claim")["item"][0]["encounter"] = [{"display": "a visit"}]
    assert first_error(bundle).segment == "Claim.item[0].encounter"


def test_a_resource_around_the_claim_that_is_not_fhir_rejects_the_claim_without_its_values() -> None:
    bundle = document()
    resource(bundle, "Patient")["birthDate"] = "14.3.1979"
    error = first_error(bundle)
    assert error.code == "structure"
    assert "Patient (Bundle.entry[" in error.message
    assert "1979" not in error.message


def test_the_hash_and_the_order_of_a_file_are_kept() -> None:
    claims = tuple(replace(GOOD[0], number=f"N{at}") for at in range(3))
    bundle = json.loads(as_bundle(claims))
    body = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Claim"][1]
    body["total"]["value"] = 1
    submission = read(bundle)
    [transaction] = submission.transactions
    assert [one.number for one in submission.claims] == ["N0", "N2"]
    assert transaction.claim_numbers == ("N0", "N1", "N2")
    assert transaction.rejected_claims == ("N1",)
    assert [(one.place, one.number, one.charge) for one in transaction.rejected] == [(1, "N1", Money(100))]
    assert transaction.verdict == "A"


CHANGES = {
    "the items do not add up": ("Claim", lambda body: body["total"].update(value=174.99), "A7:400", 3, "Claim.total"),
    "a negative item": (
        "Claim",
        lambda body: body["item"][0]["net"].update(value=-95),
        "A7:583",
        3,
        "Claim.item[0].net",
    ),
    "a third decimal": (
        "Claim",
        lambda body: body["item"][0]["net"].update(value=95.001),
        "A7:583",
        3,
        "Claim.item[0].net",
    ),
    "another currency": ("Claim", lambda body: body["total"].update(currency="CAD"), "A7:178", 3, "Claim.total"),
    "no currency": ("Claim", lambda body: body["total"].pop("currency"), "A7:178", 3, "Claim.total"),
    "no total": ("Claim", lambda body: body.pop("total"), "A6:178", 3, "Claim.total"),
    "no item": ("Claim", lambda body: body.pop("item"), "A6:247", 2, "Claim.item"),
    "items that do not run on": (
        "Claim",
        lambda body: body["item"][1].update(sequence=3),
        "A3:684",
        2,
        "Claim.item[1].sequence",
    ),
    "a pointer to nothing": (
        "Claim",
        lambda body: body["item"][0].update(diagnosisSequence=[2]),
        "A8:477",
        4,
        "Claim.item[0].diagnosisSequence",
    ),
    "no date": ("Claim", lambda body: body["item"][0].pop("servicedDate"), "A6:187", 2, "Claim.item[0]"),
    "a service before birth": (
        "Claim",
        lambda body: body["item"][0].update(servicedDate="1970-01-01"),
        "A8:158:QC",
        4,
        "Claim.item[0]",
    ),
    "no units": (
        "Claim",
        lambda body: body["item"][0]["quantity"].update(value=0),
        "A7:476",
        3,
        "Claim.item[0].quantity",
    ),
    "a unit that is not known": (
        "Claim",
        lambda body: body["item"][0]["quantity"].update(code="cm", system="x"),
        "A7:476",
        5,
        "Claim.item[0].quantity",
    ),
    "a net that is not price times units": (
        "Claim",
        lambda body: body["item"][1].update(unitPrice={"value": 41, "currency": "USD"}),
        "A7:583",
        3,
        "Claim.item[1].net",
    ),
    "a drug code": (
        "Claim",
        lambda body: body["item"][0]["productOrService"]["coding"][0].update(system="http://hl7.org/fhir/sid/ndc"),
        "A7:507",
        5,
        "Claim.item[0].productOrService",
    ),
    "no place of service": (
        "Claim",
        lambda body: body["item"][0]["locationCodeableConcept"]["coding"][0].update(system="x"),
        "A7:249",
        2,
        "Claim.item[0].location",
    ),
    "details": (
        "Claim",
        lambda body: body["item"][0].update(detail=[{"sequence": 1, "productOrService": {"text": "x"}}]),
        "A3:684",
        2,
        "Claim.item[0].detail",
    ),
    "a pharmacy's claim": (
        "Claim",
        lambda body: body["type"]["coding"][0].update(code="pharmacy"),
        "A3:684",
        2,
        "Claim.type",
    ),
    "a request for authorisation": (
        "Claim",
        lambda body: body.update(use="preauthorization"),
        "A3:684",
        2,
        "Claim.use",
    ),
    "a draft": ("Claim", lambda body: body.update(status="draft"), "A3:684", 2, "Claim.status"),
    "a void of nothing": ("Claim", lambda body: body.update(status="cancelled"), "A6:464", 4, "Claim.related"),
    "two numbers": (
        "Claim",
        lambda body: body["identifier"].append({"value": "X", "use": "official"}),
        "A6:478",
        2,
        "Claim.identifier",
    ),
    "no focal coverage": (
        "Claim",
        lambda body: body["insurance"][0].update(focal=False),
        "A6:116",
        2,
        "Claim.insurance",
    ),
    "a patient elsewhere": (
        "Claim",
        lambda body: body["patient"].update(reference="Patient/9"),
        "A6:158:QC",
        2,
        "Claim.patient",
    ),
    "no member number": ("Coverage", lambda body: body.pop("subscriberId"), "A7:164", 2, "Claim.insurance[0].coverage"),
    "no relationship that is known": (
        "Coverage",
        lambda body: body.update(relationship={"text": "neighbour"}),
        "A7:156",
        2,
        "Claim.insurance[0].coverage",
    ),
    "another diagnosis system": (
        "Claim",
        lambda body: body["diagnosis"][0]["diagnosisCodeableConcept"]["coding"][0].update(
            system="http://snomed.info/sct"
        ),
        "A7:255",
        5,
        "Claim.diagnosis[0]",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_is_wrong_rejects_the_claim_with_its_place(case: str) -> None:
    kind, change, status, snip, place = CHANGES[case]
    bundle = document()
    change(resource(bundle, kind))
    error = first_error(bundle)
    assert (error.status, error.snip, error.segment, error.claim) == (
        status,
        snip,
        place,
        "" if case == "two numbers" else "EC-1044",
    )
    assert error.level == "claim"
    assert not any(canary in error.message for canary in CANARIES)


def test_an_npi_is_checked_and_another_payer_refused_only_where_that_is_asked_for() -> None:
    bundle = document()
    assert first_error(bundle, payer="SOMEONE").status == "A3:116"
    assert read(bundle, payer="NGHF1").claims
    clinic = next(e["resource"] for e in bundle["entry"] if e["resource"]["id"] == "c0-billing")
    clinic["identifier"][0]["value"] = "2460913786"
    assert read(bundle).claims
    assert first_error(bundle, strict_npi=True).segment == "Claim.provider"


def test_a_cancelled_claim_with_its_original_is_a_void() -> None:
    bundle = document()
    relation = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship", "code": "prior"}]
    }
    resource(bundle, "Claim")["related"] = [{"relationship": relation, "reference": {"value": "P1"}}]
    [replaced] = read(bundle).claims
    assert (replaced.frequency, replaced.payer_control_number) == ("7", "P1")
    resource(bundle, "Claim")["status"] = "cancelled"
    [void] = read(bundle).claims
    assert (void.frequency, void.payer_control_number) == ("8", "P1")


def test_hl7s_own_relationship_and_unit_codes_are_read() -> None:
    bundle = document()
    resource(bundle, "Coverage")["relationship"] = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "self"}]
    }
    for item in resource(bundle, "Claim")["item"]:
        item["quantity"] = {"value": item["quantity"]["value"]}
    assert read(bundle).claims == GOOD


def test_a_price_times_units_is_the_charge() -> None:
    bundle = document()
    item = resource(bundle, "Claim")["item"][1]
    del item["net"]
    item["unitPrice"] = {"value": 40, "currency": "USD"}
    assert read(bundle).claims == GOOD


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"{", "the file is not JSON"),
        (b'{"resourceType": "Patient"}', "neither a FHIR Claim nor a Bundle"),
        (b'{"format": "claims encounters"}', "neither a FHIR Claim nor a Bundle"),
        (b'{"resourceType": "Bundle", "type": "collection"}', "holds no Claim"),
        (b'{"resourceType": "Bundle", "type": "collection", "entry": 1}', "is not an array"),
        (b'{"resourceType": "Bundle", "entry": [{}]}', "has no resource"),
        (b'{"a": 1, "a": 2}', "names a member twice"),
        (b'{"a": \xff}', "not UTF-8"),
        (b'{"a":' * 3000, "nests deeper"),
    ],
)
def test_what_is_no_claim_at_all_is_unread(text: bytes, told: str) -> None:
    assert looks_like_fhir(text)
    submission = read_fhir_claims(text)
    assert not submission.claims
    assert told in submission.unread[0].message


def _wants(body: dict[str, Any]) -> set[str]:
    """What a published example lacks, by a reading of its JSON that shares nothing with the reader."""
    inside = {f"#{each['id']}": each for each in body.get("contained", ())}
    of_type = {each["code"] for each in body["type"]["coding"]}
    wants = set()
    if body["use"] != "claim":
        wants.add("Claim.use")
    elif not of_type & {"professional", "institutional"}:
        wants.add("Claim.type")
    if "total" not in body:
        wants.add("Claim.total")
    if body["patient"].get("reference") not in inside:
        wants.add("Claim.patient")
    else:
        at = next(at for at, each in enumerate(body["insurance"]) if each["focal"])
        coverage = inside.get(body["insurance"][at]["coverage"].get("reference"), {})
        if "subscriberId" not in coverage:
            wants.add(f"Claim.insurance[{at}].coverage")
    if "us-npi" not in json.dumps([body["provider"], inside.get(body["provider"].get("reference"))]):
        wants.add("Claim.provider")
    for at, each in enumerate(body.get("diagnosis", ())):
        if "icd-10-cm" not in json.dumps(each):
            wants.add(f"Claim.diagnosis[{at}]")
            break
    if "institutional" in of_type and "typeofbill" not in json.dumps(body.get("supportingInfo", ())):
        wants.add("Claim.supportingInfo")
    return wants


def test_every_shared_claim_is_refused_for_what_it_lacks(shared: Path) -> None:
    """HL7's examples are of other countries and other kinds of benefit: none is a claim of X12's kind, and each is told why."""
    files = sorted((shared / "fhir_r4").glob("Claim-*.json"))
    assert len(files) == 17
    for file in files:
        submission = read_fhir_claims(file.read_bytes())
        assert not submission.claims
        assert {error.segment for error in submission.errors} == _wants(json.loads(file.read_text())), file.name


def test_a_shared_claim_that_gets_what_it_is_told_to_get_is_read(shared: Path) -> None:
    body = json.loads((shared / "fhir_r4" / "Claim-860150.json").read_text())
    body["total"] = {"value": 75.00, "currency": "USD"}
    body["diagnosis"][0]["diagnosisCodeableConcept"]["coding"] = [
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J20.9"}
    ]
    body["contained"] = [
        {
            "resourceType": "Patient",
            "id": "p",
            "name": [{"family": "Doe", "given": ["Ana"]}],
            "birthDate": "1980-05-01",
        },
        {"resourceType": "Organization", "id": "o", "name": "Clinic", "identifier": [_npi("1234567893")]},
        {"resourceType": "Practitioner", "id": "c", "name": [{"family": "Okafor"}], "identifier": [_npi("1245319599")]},
        {"resourceType": "Coverage", "id": "v", "status": "active", "subscriberId": "M100", "beneficiary": _to("p")}
        | {
            "relationship": {"coding": [{"code": "self"}]},
            "payor": [{"identifier": {"value": "99999"}, "display": "P"}],
        },
    ]
    body |= {"patient": _to("p"), "provider": _to("o")}
    body["careTeam"][0]["provider"] = _to("c")
    body["insurance"][0]["coverage"] = _to("v")
    (item,) = body["item"]
    for cause, member, cure in (
        ("Claim.item[0].productOrService", "productOrService", _code("http://www.ama-assn.org/go/cpt", "99213")),
        ("Claim.item[0].location", "locationCodeableConcept", _code(OFFICES, "11")),
    ):
        assert [error.segment for error in read_fhir_claims(json.dumps(body).encode()).errors] == [cause]
        item[member] = cure
    submission = read_fhir_claims(json.dumps(body).encode())
    assert [error.message for error in submission.errors] == []
    (claim,) = submission.claims
    assert (claim.number, str(claim.charge), claim.diagnoses) == ("8612345", "75.00", ("J209",))


OFFICES = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"


def _code(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _npi(number: str) -> dict[str, str]:
    return {"system": "http://hl7.org/fhir/sid/us-npi", "value": number}


def _to(name: str) -> dict[str, str]:
    return {"reference": f"#{name}"}


def _places(value, path=()):
    if isinstance(value, dict):
        for name, member in value.items():
            yield (*path, name)
            yield from _places(member, (*path, name))
    elif isinstance(value, list):
        for at, member in enumerate(value):
            yield (*path, at)
            yield from _places(member, (*path, at))


def _change(value, path, new):
    changed = deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    if new is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return changed


RICH = json.loads(
    as_bundle(read_submission(FILES[3].read_bytes()).claims + read_submission(FILES[2].read_bytes()).claims)
)
PLACES = sorted(_places(RICH), key=str)
ODD = st.sampled_from(
    [None, "", "x", 0, -1, 10**30, 1.5, True, [], {}, [[]], [{}], {"x": 1}, ["x"], [1], "2026-13-01", "Claim/c0-claim"]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), ODD)
def test_nothing_that_is_changed_in_a_file_makes_a_traceback(place, new) -> None:
    submission = read(_change(RICH, place, new))
    assert submission.claims or submission.errors
    for error in submission.errors:
        assert error.message
        assert not any(canary in error.message for canary in ("IVORY", "MEM0004", "1960"))
