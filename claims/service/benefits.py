"""A payer tells a member how a claim was decided: an explanation of benefits from the stored decision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from claims.formats.eob.page import write_page
from claims.formats.eob.text import write_text
from claims.model.benefits import BenefitLine, ExplanationOfBenefits, Progress
from claims.model.coding import decode
from claims.model.decision import PENDED, REVERSED, Decision
from claims.model.money import total
from claims.model.party import Address
from claims.service.calendar import date_at
from claims.service.errors import ClaimPending, UsageError
from claims.service.home import PAYER
from claims.service.office import Office
from claims.service.payer_run import Inputs
from claims.service.private_file import write_private

if TYPE_CHECKING:
    from claims.store.rows import StoredClaim
    from claims.store.work import UnitOfWork


def write_explanation(office: Office, number: str, out: Path, *, html: bool = False) -> ExplanationOfBenefits:
    """Write a claim's explanation of benefits to a file that its owner alone can read; text, or an HTML page.

    It names the patient: it is for the member, and nothing of it belongs on a screen. Raises UsageError where no claim or
    several have this number, and ClaimPending where the claim waits.
    """
    value = explanation_of_benefits(office, number)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_private(out, (write_page(value) if html else write_text(value)).encode("utf-8"))
    return value


def explanation_of_benefits(office: Office, number: str) -> ExplanationOfBenefits:
    """Gather what a member is told of a claim, from its last decision and what it was decided from."""
    office.require(PAYER)
    with office.store.reading() as work:
        stored = _found(work, office, number)
        latest = work.decisions.latest(stored.control_number)
        if latest is None or latest.decision.status == PENDED:
            raise ClaimPending(f"claim {stored.claim.number} is {stored.status}: there is nothing to explain yet")
        decision, inputs = latest.decision, decode(Inputs, latest.inputs)
        if decision.status == REVERSED:
            raise UsageError(
                f"claim {stored.claim.number} ({stored.control_number}) voids another: name the claim that it took back"
            )
        successor = work.replacements.successor(stored.control_number) or ""
        void = bool(successor) and _voids(work, successor)
    claim, home = stored.claim, office.home
    billed = {line.number: line for line in claim.lines}
    billing = claim.billing
    return ExplanationOfBenefits(
        payer=home.name,
        payer_address=Address(home.street, "", home.city, home.state, home.postal_code),
        patient=claim.patient,
        member_number=claim.member_number,
        provider=" ".join(filter(None, (billing.first_name, billing.name))),
        number=claim.number,
        control_number=stored.control_number,
        plan=inputs.plan.name,
        received=stored.received,
        day=date_at(latest.decided_at),
        lines=tuple(
            BenefitLine(
                number=line.line,
                procedure=line.code,
                begins=billed[line.line].begins,
                ends=billed[line.line].ends,
                charge=line.charge,
                allowed=line.allowed,
                paid=line.paid,
                adjustments=line.adjustments,
                remarks=line.remarks,
            )
            for line in decision.lines
        ),
        adjustments=decision.adjustments,
        progress=() if successor else _progress(inputs, decision),
        standing="void" if void else "replaced" if successor else "stands",
        successor=successor,
    )


def _voids(work: UnitOfWork, control_number: str) -> bool:
    latest = work.decisions.latest(control_number)
    return latest is not None and latest.decision.status == REVERSED


def _found(work: UnitOfWork, office: Office, number: str) -> StoredClaim:
    one = work.claims.find(number)
    found = (one,) if one is not None else work.claims.by_number(number)
    if not found:
        raise UsageError(f"{office.home.folder} knows no claim {number}: give its CLM01 or the payer's control number")
    if len(found) > 1:
        names = ", ".join(each.control_number for each in found)
        raise UsageError(f"{len(found)} claims have the number {number}: name one by its control number ({names})")
    return found[0]


def _progress(inputs: Inputs, decision: Decision) -> tuple[Progress, ...]:
    """What the member used of the plan's yearly amounts when this claim was decided, this claim included."""
    share = inputs.plan.cost_share
    found = []
    for year, before in dict(inputs.accumulators).items():
        used = [usage for usage in decision.usage if usage.year == year and usage.person == decision.person]
        if share.deductible:
            spent = before.deductible + total(usage.deductible for usage in used)
            found.append(Progress("Deductible", year, share.deductible, spent))
        if share.out_of_pocket is not None:
            spent = before.out_of_pocket + total(usage.out_of_pocket for usage in used)
            found.append(Progress("Out-of-pocket maximum", year, share.out_of_pocket, spent))
    return tuple(found)
