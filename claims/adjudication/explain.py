"""A decision in plain words, line by line, with the arithmetic: for the biller who asks why."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.codes import BENEFIT_MAXIMUM, COINSURANCE, COPAY, DEDUCTIBLE, EARLIER_PAYERS, OVER_FEE
from claims.adjudication.findings import DENY, NOT_CHECKED, PASS, PEND, dollars
from claims.adjudication.plan_terms import PlanTerms, half_up
from claims.adjudication.review import ALLOWED
from claims.adjudication.review import EDIT as REVIEW
from claims.model.decision import DENIED, PENDED, Adjustment, Decision, LineDecision, TraceEntry
from claims.model.plan import Plan


def explain(decision: Decision, plan: Plan) -> list[str]:
    """Tell a decision's story in sentences, one string for each line of text. Names no person, no date and no diagnosis."""
    terms = PlanTerms(plan, decision.rule_pack)
    told = [_headline(decision)]
    reviews = [entry.why for entry in decision.trace if entry.edit == REVIEW and entry.outcome == PASS]
    told += [f"{why[:1].upper()}{why[1:]}." for why in reviews]
    told += [_line(decision, line, terms) for line in decision.lines]
    told += _cures(decision)
    unchecked = [entry for entry in decision.trace if entry.outcome == NOT_CHECKED]
    told += [f"Not checked: {entry.edit} ({entry.why})." for entry in unchecked]
    return told


def _headline(decision: Decision) -> str:
    if decision.status == PENDED:
        return f"Claim {decision.claim} waits: nothing of its {decision.charge} is decided yet."
    if decision.status == DENIED:
        return f"Claim {decision.claim} is denied: nothing of its {decision.charge} is paid. {_owes(decision.patient.cents)}"
    return (
        f"Claim {decision.claim}: of {decision.charge} charged, {decision.allowed} is allowed and {decision.paid} paid. "
        f"{_owes(decision.patient.cents)}"
    )


def _owes(cents: int) -> str:
    return f"The patient owes {dollars(cents)}." if cents else "The patient owes nothing."


def _line(decision: Decision, line: LineDecision, terms: PlanTerms) -> str:
    opening = f"Line {line.line}, {line.code}: charged {line.charge}."
    about = [entry for entry in decision.trace if entry.line in (line.line, None)]
    if decision.status == PENDED:
        return _pended(opening, about)
    whole = [entry for entry in about if entry.outcome == DENY]
    if whole and not line.allowed:
        return _denied(opening, line, whole)
    if not line.charge:
        return f"{opening} Nothing is charged, so nothing is paid."
    said = {entry.edit: entry.why for entry in decision.trace if entry.line == line.line}
    if any(adjustment.reason == EARLIER_PAYERS for adjustment in line.adjustments) or line.other_payer:
        return f"{opening} {_after_others(line, said)}"
    return f"{opening} {_paid(line, terms, said)}"


def _pended(opening: str, about: list[TraceEntry]) -> str:
    denied = next((entry for entry in about if entry.outcome == DENY), None)
    if denied is not None:
        return f"{opening} It will be denied: {denied.why}."
    causes = [entry.why for entry in about if entry.outcome == PEND]
    if causes:
        return f"{opening} It waits: {'; '.join(causes)}."
    return f"{opening} Nothing is wrong with this line; it waits for the others of the claim."


def _denied(opening: str, line: LineDecision, whole: list[TraceEntry]) -> str:
    codes = " and ".join(_code(adjustment) for adjustment in line.adjustments)
    remarks = f", remark {', '.join(line.remarks)}" if line.remarks else ""
    payer = sum(a.amount.cents for a in line.adjustments if a.group == "PR")
    why = whole[0].why
    return f"{opening} Denied ({codes or 'nothing was charged'}{remarks}): {why}. {_owes(payer)}"


def _code(adjustment: Adjustment) -> str:
    return f"{adjustment.group}-{adjustment.reason}"


def _after_others(line: LineDecision, said: dict[str, str]) -> str:
    """Tell a line that other payers decided before."""
    why = said.get("coordination", "earlier payers decided of it")
    owed = ", ".join(
        f"{adjustment.amount} (PR-{adjustment.reason})" for adjustment in line.adjustments if adjustment.group == "PR"
    )
    told = f"{why[0].upper()}{why[1:]}. The plan pays {line.paid}; the patient owes "
    return told + (f"{owed}." if owed else "nothing.")


def _paid(line: LineDecision, terms: PlanTerms, said: dict[str, str]) -> str:
    amounts = {adjustment.reason: adjustment for adjustment in line.adjustments}
    listed = terms.plan.pricing.method == "fee-list" and not said.get("price", "").endswith(ALLOWED)
    told = [_price(line, terms, amounts.get(OVER_FEE)) if listed else _priced(line, said, amounts.get(OVER_FEE))]
    rest = line.allowed.cents
    if COPAY in amounts:
        copay = amounts[COPAY].amount.cents
        rest -= copay
        told.append(f"The copay is {dollars(copay)} (PR-3).")
    if DEDUCTIBLE in amounts:
        deductible = amounts[DEDUCTIBLE].amount.cents
        rest -= deductible
        told.append(f"The deductible takes {dollars(deductible)} (PR-1).")
    if terms.apart or BENEFIT_MAXIMUM in amounts:
        told += [f"{said[edit][0].upper()}{said[edit][1:]}." for edit in ("cost-share", "coverage") if edit in said]
    else:
        told += _coinsurance(line, terms, rest, amounts.get(COINSURANCE))
    told.append(f"The plan pays {line.paid}; the patient owes {line.patient if line.patient else 'nothing'}.")
    return " ".join(told)


def _priced(line: LineDecision, said: dict[str, str], excess: Adjustment | None) -> str:
    """Tell a price that a method other than the plan's own list made, in that method's words."""
    basis = f"Its price: {said.get('price', f'{line.allowed} is allowed')}"
    if excess is None:
        return f"{basis}."
    what = "is written off" if excess.group == "CO" else "is the patient's, out of the network"
    return f"{basis}; {excess.amount} is above it and {what} ({excess.group}-45)."


def _price(line: LineDecision, terms: PlanTerms, excess: Adjustment | None) -> str:
    fee = terms.fees.get(line.code)
    if fee is not None:
        units = line.units
        listed = dollars(fee)
        if units != 1:
            price = half_up(fee, *units.as_integer_ratio())
            listed = f"{dollars(fee)} for each of {units.normalize():f} units, {dollars(price)} in all"
        basis = f"The plan's fee is {listed}"
    elif excess is not None:
        basis = f"The plan has no fee for it and allows {_percent(terms.plan.pricing.percent_of_charge)} of the charge"
        basis += f", {line.allowed}"
    else:
        basis = "The plan has no fee for it and allows the charge"
    if excess is None:
        return f"{basis}, so all of it is allowed."
    if excess.group == "PR":
        return f"{basis}, so {excess.amount} is above it and, out of the network, the patient's (PR-45)."
    return f"{basis}, so {excess.amount} is written off (CO-45)."


def _coinsurance(line: LineDecision, terms: PlanTerms, rest: int, taken: Adjustment | None) -> list[str]:
    """Tell the coinsurance, and where the out-of-pocket maximum stopped it."""
    share = terms.terms(line.code)
    full = half_up(rest, share.numerator, share.denominator)
    percent = _percent(Decimal(share.coinsurance))
    amount = 0 if taken is None else taken.amount.cents
    if amount == full:
        if not amount:
            return []
        return [f"{percent} of the remaining {dollars(rest)} is {dollars(amount)} (PR-2)."]
    if amount:
        return [
            f"{percent} of the remaining {dollars(rest)} would be {dollars(full)}; the out-of-pocket "
            f"maximum leaves {dollars(amount)} of it (PR-2)."
        ]
    return ["The out-of-pocket maximum is reached, so the patient pays no more of it."]


def _percent(fraction: Decimal | None) -> str:
    return f"{(100 * (fraction or Decimal(0))).normalize():f} %"


def _cures(decision: Decision) -> list[str]:
    """Say once, for each cure, which lines it is for."""
    cures: dict[str, list[str]] = {}
    for entry in decision.trace:
        if entry.outcome in (DENY, PEND) and entry.cure:
            where = "the claim" if entry.line is None else f"line {entry.line}"
            lines = cures.setdefault(entry.cure, [])
            if where not in lines:
                lines.append(where)
    return [f"To cure {', '.join(lines)}: {cure}." for cure, lines in cures.items()]
