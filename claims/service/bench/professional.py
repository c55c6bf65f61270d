"""An 837P of claims, as plain as a billing system writes it: what the intake benchmark reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claims.model.claim import Claim

SELF = "18"


def write_837(claims: Sequence[Claim]) -> bytes:
    """Write professional claims as one transaction set, one billing loop a claim; names and amounts as the claims have them."""
    body = [*_head(), *_loops(claims)]
    segments = ["ST*837*0001*005010X222A1", *body]
    segments.append(f"SE*{len(segments) + 1}*0001")
    isa = "ISA*00*          *00*          *ZZ*BENCHCLINIC    *ZZ*BENCHPAYER     *260316*0900*^*00501*000000001*0*P*:"
    gs = "GS*HC*BENCHCLINIC*BENCHPAYER*20260316*0900*1*X*005010X222A1"
    return ("~\n".join([isa, gs, *segments, "GE*1*1", "IEA*1*000000001"]) + "~\n").encode("ascii")


def _head() -> Iterator[str]:
    yield "BHT*0019*00*BENCH*20260316*0900*CH"
    yield "NM1*41*2*BENCH CLINIC*****46*BENCHCLINIC"
    yield "PER*IC*DESK*TE*2175550100"
    yield "NM1*40*2*BENCH PAYER*****46*BENCHPAYER"


def _loops(claims: Sequence[Claim]) -> Iterator[str]:
    level = 0
    for claim in claims:
        level += 1
        billing = level
        address = claim.billing.address
        yield f"HL*{billing}**20*1"
        yield f"NM1*85*2*{claim.billing.name}*****XX*{claim.billing.npi}"
        yield f"N3*{address.line}"
        yield f"N4*{address.city}*{address.state}*{address.postal_code}"
        yield f"REF*EI*{claim.billing.tax_id}"
        level += 1
        subscriber, own = level, claim.relationship == SELF
        yield f"HL*{subscriber}*{billing}*22*{0 if own else 1}"
        yield f"SBR*P*{SELF if own else ''}*{claim.group_number or 'GROUP1'}******CI"
        yield f"NM1*IL*1*{claim.subscriber.last_name}*{claim.subscriber.first_name}****MI*{claim.member_number}"
        if own:
            yield from _person(claim)
        yield f"NM1*PR*2*{claim.payer.name}*****PI*{claim.payer.identifier}"
        if not own:
            level += 1
            yield f"HL*{level}*{subscriber}*23*0"
            yield f"PAT*{claim.relationship}"
            yield f"NM1*QC*1*{claim.patient.last_name}*{claim.patient.first_name}"
            yield from _person(claim)
        yield from _claim(claim)


def _person(claim: Claim) -> Iterator[str]:
    address = claim.patient.address
    yield f"N3*{address.line}"
    yield f"N4*{address.city}*{address.state}*{address.postal_code}"
    if claim.patient.birth_date is not None:
        yield f"DMG*D8*{claim.patient.birth_date:%Y%m%d}*{claim.patient.gender}"


def _claim(claim: Claim) -> Iterator[str]:
    yield f"CLM*{claim.number}*{claim.charge}***{claim.place}:B:{claim.frequency}*Y*A*Y*Y"
    for identifier in claim.evidence:
        yield f"PWK*OZ*EL***AC*{identifier}"
    if claim.payer_control_number:
        yield f"REF*F8*{claim.payer_control_number}"
    yield f"HI*ABK:{claim.diagnoses[0]}"
    if claim.rendering is not None:
        yield f"NM1*82*1*{claim.rendering.name}*{claim.rendering.first_name}****XX*{claim.rendering.npi}"
    for line in claim.lines:
        code = ":".join(("HC", line.procedure, *line.modifiers))
        yield f"LX*{line.number}"
        yield f"SV1*{code}*{line.charge}*UN*{line.units}***1"
        yield f"DTP*472*D8*{line.begins:%Y%m%d}"
        yield f"REF*6R*{line.control_number}"
