"""One FHIR R4 Claim, read into the model that an 837 is read into, with everything that our own checks find in it.

The checks are those of an 837 (ADJUDICATION §1). A claim with any finding is not built: it is rejected, which is not denied.
"""

from __future__ import annotations

from dataclasses import dataclass

from claims.formats.fhir import codes
from claims.formats.fhir.claim_care_team import CareTeam, read_care_team
from claims.formats.fhir.claim_coverage import Insured, check_earlier, read_earlier, read_insured
from claims.formats.fhir.claim_diagnoses import read_diagnoses
from claims.formats.fhir.claim_findings import ClaimProblem, Findings
from claims.formats.fhir.claim_institutional import (
    TypeOfBill,
    check_institutional,
    read_institutional,
    read_type_of_bill,
)
from claims.formats.fhir.claim_items import ItemReader, encounter_id
from claims.formats.fhir.claim_parties import read_person, read_provider
from claims.formats.fhir.claim_resources import ClaimResources
from claims.formats.fhir.claim_systems import FREQUENCY, TRANSACTION_TYPE
from claims.formats.fhir.claim_values import charge, coded, day, many, one, text
from claims.formats.fhir.codes import Json
from claims.formats.fhir.resources import Resource, check_resource
from claims.formats.x12.values import is_npi
from claims.model.claim import Claim, Line
from claims.model.money import ZERO, Money, total
from claims.model.party import Payer, Person, Provider
from claims.model.submission import RejectedClaim

KINDS = frozenset({"professional", "institutional"})
_FREQUENCIES = {"professional": frozenset("178"), "institutional": frozenset("0123456789")}
_REPLACES = frozenset({"prior", "replaces"})
_REPLACEMENT, _VOID = "7", "8"
_NOBODY = Provider("", "")


@dataclass(frozen=True, slots=True)
class ClaimPartner:
    """What this payer asks of its senders: `strict_npi` checks every NPI; `payer` is the only payer identifier it takes."""

    strict_npi: bool = False
    payer: str = ""


def read_claim(
    body: Json, place: str, resources: ClaimResources, partner: ClaimPartner, at: int
) -> Claim | RejectedClaim:
    """Read the `at`-th Claim of a file, from 0; with any finding it comes back rejected."""
    findings = Findings(claim_number(body))
    findings.attempt(lambda: check_resource("Claim", body, place))
    if findings.problems:
        return RejectedClaim(at, findings.number, findings.errors)
    return _ClaimReader(body, resources, partner, findings).read(at)


def claim_number(body: Json) -> str:
    """Return the provider's own number: the only identifier, or the only official one; empty where it cannot be told."""
    given = [each for each in many(body, "identifier") if text(each, "value")]
    chosen = [each for each in given if text(each, "use") == "official"] or [
        each for each in given if text(each, "use") != "secondary"
    ]
    return text(chosen[0], "value") if len(chosen) == 1 else ""


@dataclass(slots=True)
class _ClaimReader:
    body: Json
    resources: ClaimResources
    partner: ClaimPartner
    findings: Findings

    def read(self, at: int) -> Claim | RejectedClaim:
        body, findings = self.body, self.findings
        if not findings.number:
            message = "the claim needs one identifier, or one of use official, as its number"
            findings.add(ClaimProblem("Claim.identifier", message, status="A6:478", code="required"))
        kind = findings.attempt(self._kind)
        received = findings.attempt(lambda: day(body.get("created"), "Claim.created", "A3:684"))
        billed = findings.attempt(self._total)
        patient = findings.attempt(self._patient)
        person = Person("") if patient is None else read_person(patient)
        insured = None
        if patient is not None:
            insured = findings.attempt(lambda: read_insured(self.resources, body, patient, person))
        billing = findings.attempt(self._billing)
        team = findings.attempt(lambda: read_care_team(self.resources, body))
        diagnoses = findings.attempt(lambda: read_diagnoses(self.resources, body))
        evidence = findings.attempt(self._evidence)
        bill = findings.attempt(lambda: read_type_of_bill(body)) if kind == "institutional" else None
        frequency = findings.attempt(lambda: self._frequency(bill))
        place = findings.attempt(self._place)
        facts = None
        if bill is not None and diagnoses is not None:
            facts = findings.attempt(lambda: read_institutional(body, bill, diagnoses.all))
            if facts is not None:
                check_institutional(facts, frequency or "", findings)
        earlier = findings.attempt(lambda: read_earlier(self.resources, body)) if insured is not None else ()
        lines: tuple[Line, ...] = ()
        readable = kind == "professional" or facts is not None
        if readable and team is not None and diagnoses is not None and earlier is not None:
            reader = ItemReader(
                self.resources, findings, team, diagnoses, earlier, place or "", facts, person.birth_date
            )
            lines = reader.read(body)
            if billed is not None and len(lines) == len(many(body, "item")):
                self._check_total(billed, lines)
                check_earlier(billed, lines, earlier, findings)
        self._check_partner(insured, billing, team)
        if (
            findings.problems
            or kind is None
            or received is None
            or billed is None
            or insured is None
            or billing is None
            or team is None
            or diagnoses is None
            or earlier is None
            or evidence is None
            or frequency is None
        ):
            return RejectedClaim(
                place=at,
                number=findings.number,
                errors=findings.errors,
                charge=billed or ZERO,
                billing=billing or _NOBODY,
                payer=insured.payer if insured else Payer("", ""),
                patient=person,
                member_number=insured.member_number if insured else "",
                begins=facts.begins if facts else min((line.begins for line in lines), default=None),
                ends=facts.ends if facts else max((line.ends for line in lines), default=None),
                clearinghouse_number=self._clearinghouse(),
                type_of_bill=f"{bill.facility}{bill.frequency}" if bill else "",
            )
        return Claim(
            number=findings.number,
            charge=billed,
            lines=lines,
            billing=billing,
            payer=insured.payer,
            subscriber=insured.subscriber,
            patient=person,
            member_number=insured.member_number,
            relationship=insured.relationship,
            received=received,
            place=facts.type_of_bill if facts else place or lines[0].place,
            frequency=frequency,
            kind=kind,
            rank=insured.rank,
            group_number=insured.group_number,
            filing_indicator=insured.filing_indicator,
            accepts_assignment="C" if "subscriber" in coded(one(one(body, "payee"), "type")) else "A",
            diagnoses=diagnoses.codes,
            rendering=team.of_claim,
            referring=team.referring,
            payer_control_number=self._original()[0],
            prior_authorization=insured.prior_authorization,
            clearinghouse_number=self._clearinghouse(),
            evidence=evidence,
            is_encounter_report="RP" in coded(one(body, "subType"), (TRANSACTION_TYPE,)),
            other_payers=tuple(each.payer for each in earlier),
            institutional=facts,
            attending=team.attending,
        )

    def _kind(self) -> str:
        if text(self.body, "use") != "claim":
            message = "is not claim: an authorisation or an estimate is not adjudicated here"
            raise ClaimProblem("Claim.use", message, status="A3:684", code="not-supported")
        if text(self.body, "status") not in ("active", "cancelled"):
            message = "is neither active nor, for a void, cancelled"
            raise ClaimProblem("Claim.status", message, status="A3:684", code="business-rule")
        found = [code for code in coded(one(self.body, "type")) if code in KINDS]
        if len(found) != 1:
            message = f"is not one of {', '.join(sorted(KINDS))}: claims of another type are not adjudicated here"
            raise ClaimProblem("Claim.type", message, status="A3:684", code="not-supported")
        return found[0]

    def _total(self) -> Money:
        found = charge(self.body, "total", "Claim", "A7:178")
        if found is None:
            raise ClaimProblem("Claim.total", "the claim has no total", status="A6:178", code="required", snip=3)
        return found

    def _patient(self) -> Resource:
        patient = self.resources.follow(one(self.body, "patient"))
        if patient is None or patient.kind != "Patient":
            message = "names no Patient of the file: put it beside the claim, or into its contained resources"
            raise ClaimProblem("Claim.patient", message, status="A6:158:QC", code="not-found")
        return patient

    def _billing(self) -> Provider:
        reference = one(self.body, "provider")
        target = self.resources.follow(reference)
        if target is not None and target.kind == "PractitionerRole":
            reference = one(target.body, "organization") or reference
        found = read_provider(self.resources, reference, "Claim.provider")
        if not found.npi:
            message = f"leads to no NPI of whoever bills: give it an identifier of {codes.NPI_SYSTEM}"
            raise ClaimProblem("Claim.provider", message, status="A6:562:85", code="required")
        return found

    def _evidence(self) -> tuple[str, ...]:
        found = []
        for at, each in enumerate(many(self.body, "supportingInfo")):
            reference, place = one(each, "valueReference"), f"Claim.supportingInfo[{at}].valueReference"
            named = text(reference, "reference").split("/")
            if reference is not None and ("Encounter" in named or text(reference, "type") == "Encounter"):
                found.append(encounter_id(self.resources, reference, place))
        return tuple(found)

    def _original(self) -> tuple[str, str]:
        """Return the payer's control number of the claim that this one replaces or voids, and the frequency if it says so."""
        for each in many(self.body, "related"):
            relation = one(each, "relationship")
            explicit = coded(relation, (FREQUENCY,))
            if explicit or not _REPLACES.isdisjoint(coded(relation)):
                number = text(one(each, "reference"), "value") or text(one(one(each, "claim"), "identifier"), "value")
                return number, explicit[0] if explicit else _REPLACEMENT
        return "", ""

    def _frequency(self, bill: TypeOfBill | None) -> str:
        number, related = self._original()
        found = bill.frequency if bill is not None else related or "1"
        if text(self.body, "status") == "cancelled":
            found = _VOID
        elif bill is not None and related and found not in (_REPLACEMENT, _VOID):
            message = "a claim replaces another only with frequency 7 or 8 in its type of bill"
            raise ClaimProblem("Claim.related", message, status="A8:535", code="invariant", snip=4)
        known = _FREQUENCIES["professional" if bill is None else "institutional"]
        if found not in known:
            message = f"the claim frequency is none of {', '.join(sorted(known))}"
            raise ClaimProblem("Claim.related", message, status="A7:535", code="code-invalid", snip=5)
        if found in (_REPLACEMENT, _VOID) and not number:
            message = (
                "frequency 7 or 8 needs the payer's control number of the claim it replaces or voids: related.reference"
            )
            raise ClaimProblem("Claim.related", message, status="A6:464", code="required", snip=4)
        return found

    def _place(self) -> str:
        facility = self.resources.follow(one(self.body, "facility"))
        found = codes.places(many(facility.body, "type")) if facility is not None else []
        return found[0] if len(found) == 1 else ""

    def _clearinghouse(self) -> str:
        numbers = [text(each, "value") for each in many(self.body, "identifier") if text(each, "use") == "secondary"]
        return numbers[0] if numbers else ""

    def _check_total(self, billed: Money, lines: tuple[Line, ...]) -> None:
        summed = total(line.charge for line in lines)
        if lines and summed != billed:
            message = f"is {billed}, and the items add up to {summed}"
            self.findings.add(ClaimProblem("Claim.total", message, status="A7:400", code="invariant", snip=3))

    def _check_partner(self, insured: Insured | None, billing: Provider | None, team: CareTeam | None) -> None:
        ours = self.partner.payer
        if ours and insured is not None and insured.payer.identifier != ours:
            message = "the claim is sent to another payer than this one"
            self.findings.add(ClaimProblem("Claim.insurer", message, status="A3:116", code="business-rule", snip=7))
        if not self.partner.strict_npi:
            return
        named = [("Claim.provider", billing.npi)] if billing else []
        named += [("Claim.careTeam", each.npi) for each in (team.members.values() if team else ()) if each.npi]
        for place, npi in named:
            if not is_npi(npi):
                message = "is not an NPI: its check digit is wrong"
                self.findings.add(ClaimProblem(place, message, status="A7:562", code="code-invalid", snip=5))
