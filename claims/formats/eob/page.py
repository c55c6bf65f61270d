"""An explanation of benefits as one HTML page of its own: no script, nothing fetched, laid out for paper too."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from claims.formats.eob.words import (
    NOT_A_BILL,
    WHAT_IT_IS,
    address_lines,
    adjustment_words,
    appeal_words,
    bearer_words,
    headline,
    line_heading,
    person_name,
)
from claims.model.benefits import BenefitLine, ExplanationOfBenefits, Progress
from claims.model.decision import Adjustment

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 16px/1.45 Georgia, "Times New Roman", serif; color: #111; background: #fff; }
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
address { font-style: normal; }
.bill { border: 2px solid #111; padding: .5rem .75rem; margin: 1rem 0; }
.bill strong { display: block; font-size: 1.1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
.result { font-size: 1.1rem; font-weight: bold; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .25rem 0; }
th, td { border-bottom: 1px solid #767676; padding: .3rem .4rem; text-align: left; vertical-align: top; }
td.amount, th.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tfoot td, tfoot th { border-top: 2px solid #111; font-weight: bold; }
.why { margin: .2rem 0 0; padding-left: 1.1rem; font-size: .9rem; }
@page { margin: 18mm; }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt; }
  thead { display: table-header-group; }
  tr, .bill, .appeal { break-inside: avoid; }
  h2 { break-after: avoid; }
}
@media (max-width: 34rem) { body { font-size: 15px; } th, td { padding: .2rem; } }
"""
_AMOUNTS = ("Charged", "Allowed", "Plan pays", "Not yours to pay", "You owe")


def write_page(value: ExplanationOfBenefits) -> str:
    """Return the explanation as an HTML document; it names the patient, and is for the member alone."""
    return "\n".join(_page(value)) + "\n"


def _page(value: ExplanationOfBenefits) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>Explanation of benefits, claim {escape(value.control_number)}</title>"
    yield f"<style>{_STYLE}</style></head>"
    yield "<body><header>"
    sender = "<br>".join(map(escape, (value.payer, *address_lines(value.payer_address))))
    yield f"<h1>Explanation of benefits</h1><address>{sender}</address>"
    yield f'<p class="bill"><strong>{escape(NOT_A_BILL)}</strong> {escape(WHAT_IT_IS)}</p></header>'
    yield "<main><dl>"
    for name, given in (
        ("Patient", person_name(value.patient)),
        ("Member number", value.member_number),
        ("Plan", value.plan),
        ("Provider", value.provider),
        ("Claim", f"{value.number} (our number {value.control_number})"),
        ("Received", str(value.received)),
        ("Decided", str(value.day)),
    ):
        yield f"<dt>{escape(name)}</dt><dd>{escape(given)}</dd>"
    yield "</dl>"
    yield f'<p class="result">{escape(headline(value))}</p>'
    yield from _services(value)
    if value.progress:
        yield from _plan_year(value.progress)
    yield f'<section class="appeal"><h2>If you disagree</h2><p>{escape(appeal_words(value))}</p></section>'
    yield "</main></body></html>"


def _services(value: ExplanationOfBenefits) -> Iterator[str]:
    yield '<table><caption>Services</caption><thead><tr><th scope="col">Service</th>'
    yield "".join(f'<th scope="col" class="amount">{name}</th>' for name in _AMOUNTS) + "</tr></thead><tbody>"
    for line in value.lines:
        yield f'<tr><th scope="row">{escape(line_heading(line))}{_why(line)}</th>{_cells(_amounts(line))}</tr>'
    yield f'</tbody><tfoot><tr><th scope="row">Total{_reasons(value.adjustments)}</th>{_cells(_amounts(value))}</tr></tfoot></table>'


def _amounts(part: BenefitLine | ExplanationOfBenefits) -> tuple[str, ...]:
    return tuple(str(amount) for amount in (part.charge, part.allowed, part.paid, part.not_owed, part.owed))


def _cells(amounts: tuple[str, ...]) -> str:
    return "".join(f'<td class="amount">{escape(amount)}</td>' for amount in amounts)


def _why(line: BenefitLine) -> str:
    remarks = f'<p class="why">Remark codes: {escape(", ".join(line.remarks))}</p>' if line.remarks else ""
    return _reasons(line.adjustments) + remarks


def _reasons(adjustments: tuple[Adjustment, ...]) -> str:
    said = "".join(f"<li>{escape(f'{a.amount} {bearer_words(a)}: {adjustment_words(a)}')}</li>" for a in adjustments)
    return f'<ul class="why">{said}</ul>' if said else ""


def _plan_year(progress: tuple[Progress, ...]) -> Iterator[str]:
    yield '<table><caption>Your plan year</caption><thead><tr><th scope="col">Amount</th>'
    yield (
        "".join(f'<th scope="col" class="amount">{name}</th>' for name in ("Yearly", "Used", "Left"))
        + "</tr></thead><tbody>"
    )
    for each in progress:
        amounts = (str(each.limit), str(each.used), str(each.remaining))
        yield f'<tr><th scope="row">{escape(each.name)} {each.year}</th>{_cells(amounts)}</tr>'
    yield "</tbody></table>"
