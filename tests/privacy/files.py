"""The files of the canaries: 837s, a record system's export, and what the payer knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from claims.model.money import Money
from claims.model.party import Address
from claims.service.demo.cast import ActingPractitioner, ActingProvider, Cast, Cover
from tests.privacy.canaries import (
    AUTHORISATION,
    BUREAU_CONTACT,
    CHILD,
    CLEARINGHOUSE,
    CONDITION,
    DENIED_CHAIN,
    DENIED_FILE,
    FATHER,
    MOTHER,
    NOTE,
    ONSET,
    PAID,
    PAID_CHAIN,
    PENDED_CHAIN,
    PENDED_FILE,
    PEOPLE,
    PRACTICE,
    REASON,
    REFERRER,
    REFUSED,
    REJECTED,
    SURGEON,
    VISITS,
    Someone,
    Visit,
    dotted,
)

PAYER = "PAYERZ01"
CLINICIAN, KEY = 4, "surgeon"
UNSIGNED = PENDED_CHAIN.identifier
RECEIVED = "20260511"

FILES = {
    "april": (MOTHER, (PAID, DENIED_FILE, PENDED_FILE, REJECTED)),
    "child": (CHILD, (PAID_CHAIN, DENIED_CHAIN, PENDED_CHAIN)),
    "refused": (MOTHER, (REFUSED,)),
}

PLAN = """name = "Canary plan"
year = 2026
[pricing]
method = "fee-list"
percent_of_charge = "0.90"
[cost_share]
coinsurance = "0.20"
"""


def claims_file(name: str) -> bytes:
    """An 837P in which every element that a claim may have of a patient holds a canary."""
    patient, visits = FILES[name]
    number = list(FILES).index(name) + 1
    body = [segment for segment in _transaction(patient, visits, number) if segment]
    segments = [
        f"ISA*00*          *00*          *ZZ*CANARYBUREAU   *ZZ*CANARYPAYER    *260511*0912*^*00501*{number:09d}*0*P*:",
        f"GS*HC*CANARYBUREAU*CANARYPAYER*{RECEIVED}*0912*{number}*X*005010X222A1",
        *body,
        f"SE*{len(body) + 1}*0001",
        f"GE*1*{number}",
        f"IEA*1*{number:09d}",
    ]
    return "".join(f"{segment}~\n" for segment in segments).encode("utf-8")


def _transaction(patient: Someone, visits: Sequence[Visit], number: int) -> Iterator[str]:
    subscriber = FATHER if patient is CHILD else patient
    yield "ST*837*0001*005010X222A1"
    yield f"BHT*0019*00*CANARY{number}*{RECEIVED}*0912*CH"
    yield "NM1*41*2*CANARY BUREAU*****46*CB20077"
    yield f"PER*IC*{BUREAU_CONTACT.upper()}*TE*{subscriber.telephone}"
    yield "NM1*40*2*CANARY PAYER*****46*CANARYPAYER"
    yield "HL*1**20*1"
    yield f"NM1*85*2*{PRACTICE.last.upper()}*****XX*{PRACTICE.npi}"
    yield f"N3*{PRACTICE.street.upper()}"
    yield f"N4*{PRACTICE.city.upper()}*ME*040999998"
    yield f"REF*EI*{PRACTICE.tax}"
    yield f"HL*2*1*22*{int(subscriber is not patient)}"
    yield f"SBR*P*{'18' if subscriber is patient else ''}*{subscriber.group}******CI"
    yield _name("IL", subscriber, f"*MI*{subscriber.member}")
    yield from _whereabouts(subscriber)
    yield f"NM1*PR*2*CANARY PAYER*****PI*{PAYER}"
    if subscriber is not patient:
        yield "HL*3*2*23*0"
        yield "PAT*19"
        yield _name("QC", patient, "")
        yield from _whereabouts(patient)
    for visit in visits:
        yield from _claim(visit)


def _name(role: str, one: Someone, tail: str) -> str:
    names = f"NM1*{role}*1*{one.last.upper()}*{one.first.upper()}*{one.middle.upper()}"
    return f"{names}**{tail}" if tail else names


def _whereabouts(one: Someone) -> Iterator[str]:
    yield f"N3*{one.street.upper()}"
    yield f"N4*{one.city.upper()}*ME*{one.postal_code}"
    yield f"DMG*D8*{one.born:%Y%m%d}*F"


def _claim(visit: Visit) -> Iterator[str]:
    charge = str(Money(visit.cents))
    yield f"CLM*{visit.claim}*{charge}***11:B:1*Y*A*Y*Y"
    yield f"DTP*431*D8*{ONSET:%Y%m%d}"
    # The record is named, and left unnamed where it has to be found by person, date and code.
    yield f"PWK*OZ*EL***AC*{visit.identifier}" if visit is not PAID_CHAIN else ""
    yield f"REF*G1*{AUTHORISATION}"
    yield f"REF*D9*{CLEARINGHOUSE}"
    yield f"REF*EA*{visit.patient.chart}"
    yield f"NTE*ADD*{NOTE}"
    yield f"HI*ABK:{visit.diagnosis}"
    yield f"NM1*DN*1*{REFERRER.last.upper()}*{REFERRER.first.upper()}****XX*{REFERRER.npi}"
    yield f"NM1*82*1*{SURGEON.last.upper()}*{SURGEON.first.upper()}****XX*{SURGEON.npi}"
    yield "LX*1"
    # One claim is turned away at intake: its line is dearer than its whole.
    billed = charge if visit is not REJECTED else str(Money(visit.cents + 100))
    yield f"SV1*HC:{visit.code}:{visit.modifier}*{billed}*UN*1***1"
    yield f"DTP*472*D8*{visit.day:%Y%m%d}"
    yield f"REF*6R*{visit.line}"


def export() -> bytes:
    """The shift as a FHIR R4 Bundle, with what a record system says beside what is signed. Two visits are not in it."""
    entries = [_practice(), _surgeon(), _location(), *(_patient(one) for one in PEOPLE)]
    for place, visit in enumerate(visit for visit in VISITS if visit not in (PENDED_FILE, REJECTED)):
        entries += _visit(f"{place:02d}", visit)
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, ensure_ascii=False).encode()


def _entry(kind: str, key: str, /, **body: Any) -> dict[str, Any]:
    resource = {"resourceType": kind, "id": key, **body}
    return {"fullUrl": f"https://ehr.canary.example/fhir/{kind}/{key}", "resource": resource}


def _typed(code: str, value: str) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/v2-0203"
    return {"type": {"coding": [{"system": system, "code": code}]}, "value": value}


def _npi(value: str) -> list[dict[str, str]]:
    return [{"system": "http://hl7.org/fhir/sid/us-npi", "value": value}]


def _practice() -> dict[str, Any]:
    return _entry("Organization", "practice", identifier=_npi(PRACTICE.npi), name=PRACTICE.last)


def _surgeon() -> dict[str, Any]:
    name = [{"family": SURGEON.last, "given": [SURGEON.first]}]
    return _entry("Practitioner", "surgeon", identifier=_npi(SURGEON.npi), name=name)


def _location() -> dict[str, Any]:
    system = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
    return _entry("Location", "office", name=PRACTICE.street, type=[{"coding": [{"system": system, "code": "11"}]}])


def _patient(one: Someone) -> dict[str, Any]:
    return _entry(
        "Patient",
        one.chart,
        identifier=[_typed("MR", one.chart), _typed("MB", one.person)],
        name=[{"family": one.last, "given": [one.first, one.middle]}],
        telecom=[{"system": "phone", "value": one.telephone}],
        birthDate=one.born.isoformat(),
        address=[{"line": [one.street], "city": one.city, "postalCode": one.postal_code}],
    )


def _visit(number: str, visit: Visit) -> list[dict[str, Any]]:
    subject = {"reference": f"Patient/{visit.patient.chart}"}
    encounter = {"reference": f"Encounter/enc-{number}"}
    cpt = "http://www.ama-assn.org/go/cpt"
    code = {"coding": [{"system": cpt, "code": visit.code}, {"system": cpt, "code": visit.modifier}], "text": NOTE}
    condition = {
        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": dotted(visit.diagnosis)}],
        "text": CONDITION,
    }
    return [
        _entry(
            "Encounter",
            f"enc-{number}",
            identifier=[_typed("VN", visit.identifier)],
            status="finished",
            **{"class": {"code": "AMB"}},
            subject=subject,
            participant=[{"individual": {"reference": "Practitioner/surgeon"}}],
            period={"start": visit.begins, "end": visit.begins},
            reasonCode=[{"text": REASON}],
            diagnosis=[{"condition": {"reference": f"Condition/cond-{number}"}, "rank": 1}],
            location=[{"location": {"reference": "Location/office"}}],
            serviceProvider={"reference": "Organization/practice"},
        ),
        _entry("Condition", f"cond-{number}", code=condition, subject=subject, encounter=encounter),
        _entry(
            "Procedure",
            f"proc-{number}",
            status="completed",
            code=code,
            subject=subject,
            encounter=encounter,
            performedDateTime=visit.begins,
            performer=[{"actor": {"reference": "Practitioner/surgeon"}}],
            note=[{"text": NOTE}],
        ),
    ]


def members() -> str:
    """Whom the payer covers: from March on."""
    rows = []
    for one in PEOPLE:
        relationship = "19" if one is CHILD else "18"
        rows.append(
            f'[[members]]\nperson = "{one.person}"\nmember_number = "{one.member}"\nrelationship = "{relationship}"\n'
            f'last_name = "{one.last}"\nfirst_name = "{one.first}"\nbirth_date = {one.born}\nfamily = "{one.family}"\n'
            "coverage = [{ from = 2026-03-01, through = 2026-12-31 }]\n"
        )
    return "\n".join(rows)


def network() -> str:
    """Whom the payer knows to bill and to sign."""
    return (
        f'[[providers]]\nnpi = "{PRACTICE.npi}"\nname = "{PRACTICE.last}"\nstatus = "in-network"\ncontroller = "a"\n\n'
        f'[[providers]]\nnpi = "{SURGEON.npi}"\nname = "{SURGEON.last}"\nstatus = "in-network"\n'
        f'practitioner = {CLINICIAN}\nroster = ["{PRACTICE.npi}"]\ncontroller = "b"\n'
    )


def accumulators() -> str:
    """What was used of the plan year."""
    return "".join(
        f'[members."{one.member}"]\ndeductible = "10.00"\nout_of_pocket = "10.00"\n' for one in (MOTHER, FATHER)
    )


def history() -> str:
    """A line that was paid long ago."""
    line = {
        "claim": PAID.claim,
        "person": MOTHER.person,
        "member_number": MOTHER.member,
        "birth_date": MOTHER.born.isoformat(),
        "billing_npi": PRACTICE.npi,
        "code": PAID.code,
        "begins": REJECTED.day.isoformat(),
        "charge": "12.00",
    }
    return json.dumps({"lines": [line]})


def cast() -> Cast:
    """Everybody, as the stage of the demonstration takes them."""
    return Cast(
        payer_name="Canary Mutual",
        payer_identifier=PAYER,
        payer_address=Address("1 Payer Plaza", "", "Port Alden", "ME", "04099"),
        claim_cap=Money(1_000_00),
        treasury=Money(100_000_00),
        practitioners=(ActingPractitioner(CLINICIAN, SURGEON.npi, KEY, 2, (PRACTICE.npi,)),),
        providers=(ActingProvider(PRACTICE.npi, PRACTICE.last, 1),),
        covers=tuple(Cover(one.person, 2026, Money(5_000_00)) for one in (MOTHER, CHILD)),
        unsigned=(UNSIGNED,),
        plan=PLAN,
        members=members(),
        network=network(),
        accumulators=accumulators(),
    )


def write_files(folder: Path) -> dict[str, Path]:
    """Write them all, readable by their owner alone, as a billing system would."""
    contents = {f"{name}.837": claims_file(name) for name in FILES}
    contents |= {
        "shift.json": export(),
        "plan.toml": PLAN.encode(),
        "members.toml": members().encode(),
        "providers.toml": network().encode(),
        "accumulators.toml": accumulators().encode(),
        "history.json": history().encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, content in contents.items():
        found[name] = folder / name
        found[name].touch(mode=0o600)
        found[name].write_bytes(content)
    return found
