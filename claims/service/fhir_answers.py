"""A payer's answers in FHIR: a ClaimResponse for whoever billed, an ExplanationOfBenefit for the member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.formats.fhir.claim_response import claim_response, rejected_response
from claims.formats.fhir.explanation_of_benefit import explanation_of_benefit
from claims.formats.fhir.json_writer import dump
from claims.formats.fhir.resources import check_resource
from claims.model.claim import Claim
from claims.model.decision import Decision
from claims.model.payment import Payment
from claims.model.submission import RejectedClaim, Submission
from claims.service.calendar import date_at
from claims.service.errors import UsageError
from claims.service.intake import Received, read_file, received
from claims.service.numbering import numbered_claims
from claims.service.office import Office
from claims.service.private_file import write_private

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim

CLAIM_RESPONSE, EXPLANATION = "claim-response", "eob"
FORMS = (CLAIM_RESPONSE, EXPLANATION)
_WRITERS = {CLAIM_RESPONSE: claim_response, EXPLANATION: explanation_of_benefit}


def respond(office: Office, number: str, *, form: str, out: Path) -> dict[str, Any]:
    """Write the answer to one claim of this home to `out`, which its owner alone can read; return what was written.

    `number` is the provider's own (CLM01) or the payer's control number, `form` one of `FORMS`. Raises UsageError where the
    home knows no such claim, several, or has no decision of it.
    """
    if form not in FORMS:
        raise UsageError(f"--format is {' or '.join(FORMS)}, not {form!r}")
    stored = _stored(office, number)
    with office.store.reading() as work:
        latest = work.decisions.latest(stored.control_number)
    if latest is None:
        raise UsageError(f"claim {stored.claim.number} is {stored.status}: there is no decision of it to answer with")
    resource = _WRITERS[form](
        stored.claim,
        latest.decision,
        control_number=stored.control_number,
        created=date_at(latest.decided_at),
        payment=_payment(office, stored),
    )
    _write(out, resource)
    return {
        "claim": stored.claim.number,
        "control_number": stored.control_number,
        "outcome": resource["outcome"],
        "file": str(out),
    }


def write_answers(
    file: Path,
    decisions: Sequence[Decision | None],
    *,
    out: Path,
    created: date,
    strict_npi: bool = False,
) -> list[str]:
    """Answer every claim of a file: a ClaimResponse each, with outcome error for one that was rejected, and an EOB if decided.

    `decisions` are those of the file's claims in order, encounter reports left out; None stands for one that is rejected or
    not decided, which then gets no answer. Returns the paths written, `<name>.<place>.claim-response.json` and `<name>.<place>.eob.json`.
    """
    submission = read_file(file, strict_npi=strict_npi)
    numbers = {id(claim): number for number, claim in numbered_claims(submission)}
    out.mkdir(parents=True, exist_ok=True)
    written: list[str] = []

    def keep(place: int, form: str, resource: dict[str, Any]) -> None:
        target = out / f"{file.stem}.{place}.{form}.json"
        _write(target, resource)
        written.append(str(target))

    waiting = iter(decisions)
    for place, (each, claim, rejected) in enumerate(_in_order(submission), start=1):
        if claim is not None and claim.is_encounter_report:
            continue
        decision = next(waiting)
        if claim is None:
            errors = each.errors_of(rejected.number)
            kind = "institutional" if rejected.type_of_bill else "professional"
            keep(place, CLAIM_RESPONSE, rejected_response(rejected, errors, kind=kind, created=created))
            continue
        if decision is not None:
            for form in FORMS:
                resource = _WRITERS[form](claim, decision, control_number=numbers[id(claim)], created=created)
                keep(place, form, resource)
    return written


def answer_home_file(office: Office, file: Path, *, out: Path) -> list[str]:
    """Answer every claim of a file from what a payer's home decided of it (write_answers); day of the answer: the chain's."""
    submission = read_file(file, strict_npi=office.home.strict_npi)
    numbers = {id(claim): number for number, claim in numbered_claims(submission)}
    decisions: list[Decision | None] = []
    with office.store.reading() as work:
        for _, claim, _ in _in_order(submission):
            latest = None if claim is None else work.decisions.latest(numbers[id(claim)])
            if claim is None or not claim.is_encounter_report:
                decisions.append(None if latest is None else latest.decision)
    created = date_at(office.chain.head().timestamp)
    return write_answers(file, decisions, out=out, created=created, strict_npi=office.home.strict_npi)


def _in_order(submission: Submission) -> Iterator[tuple[Received, Claim | None, RejectedClaim]]:
    """Give every claim that was sent in its place, and for one that goes no further what is known of it."""
    for each in received(submission):
        rejected = list(each.transaction.rejected)
        for number, claim in each.in_order():
            known = RejectedClaim(0, number, ())
            if claim is None and rejected and rejected[0].number == number:
                known = rejected.pop(0)
            yield each, claim, known


def _stored(office: Office, number: str) -> StoredClaim:
    with office.store.reading() as work:
        by_control = work.claims.find(number)
        found = (by_control,) if by_control is not None else work.claims.by_number(number)
    if not found:
        raise UsageError(f"{office.home.folder} knows no claim {number}: give its CLM01 or the payer's control number")
    if len(found) > 1:
        names = ", ".join(stored.control_number for stored in found)
        raise UsageError(f"{len(found)} claims bear the number {number}: give one control number of {names}")
    return found[0]


def _payment(office: Office, stored: StoredClaim) -> Payment | None:
    if stored.claim_id is None:
        return None
    with office.store.reading() as work:
        payments = work.payments.of_claim(stored.claim_id)
    return payments[-1] if payments else None


def _write(target: Path, resource: dict[str, Any]) -> None:
    check_resource(resource["resourceType"], resource, "the answer")
    write_private(target, dump(resource))
