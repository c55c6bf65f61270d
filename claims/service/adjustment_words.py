"""What the codes of a remittance mean, in short words of our own; the full texts are the code lists' (X12 sources 139, 1029)."""

from __future__ import annotations

GROUPS = {
    "CO": "the provider writes it off",
    "PR": "the patient owes it",
    "OA": "neither's, another adjustment",
    "PI": "the payer's own reduction",
}
"""CAS01: who bears an adjustment."""

METHODS = {
    "ACH": "by bank transfer",
    "BOP": "by the payer's own means of payment",
    "CHK": "by check",
    "FWT": "by wire",
    "NON": "and no payment goes with it",
}
"""BPR04: how the money goes."""

REASONS = {
    "1": "deductible",
    "2": "coinsurance",
    "3": "copay",
    "4": "the modifier does not fit the procedure",
    "11": "the diagnosis does not fit the procedure",
    "16": "information is missing or wrong; the remark codes say which",
    "18": "an exact duplicate of another claim",
    "22": "another payer comes first",
    "23": "what another payer paid or wrote off",
    "24": "covered by a capitation agreement",
    "26": "before the cover began",
    "27": "after the cover ended",
    "29": "filed too late",
    "31": "the patient is not known as a member",
    "42": "above the maximum that is allowed",
    "45": "above the fee that is allowed",
    "50": "not found to be medically necessary",
    "94": "more was processed than was charged",
    "96": "not covered; the remark codes say why",
    "97": "included in another service's payment",
    "109": "another payer's claim",
    "119": "the benefit's maximum is reached",
    "151": "more units or visits than the information supports",
    "183": "the referring provider may not refer this service",
    "197": "without the authorisation that it needs",
    "198": "beyond what was authorised",
    "204": "not covered by the patient's plan",
    "226": "the provider did not send what was asked for, or too late",
    "236": "not payable together with another service of that day",
    "252": "a document is missing; the remark codes say which",
    "253": "sequestration",
    "257": "waits while the premium is outstanding",
    "A1": "denied; the remark codes say why",
    "A2": "contractual adjustment",
    "B7": "the provider was not eligible for this service on that date",
}
"""CARC, the common ones."""

PROVIDER_REASONS = {
    "50": "late filing charge",
    "51": "interest charged",
    "72": "returned by the provider",
    "AP": "advance payment",
    "CS": "adjustment",
    "FB": "balance carried forward",
    "IR": "tax withheld",
    "J1": "not reimbursed",
    "L6": "interest owed to the provider",
    "LS": "lump sum",
    "WO": "an overpayment taken back",
}
"""PLB03-1, the common ones."""

STATUSES = {
    "1": "processed as primary",
    "2": "processed as secondary",
    "3": "processed as tertiary",
    "4": "denied: the patient is not recognised",
    "19": "processed as primary and forwarded",
    "20": "processed as secondary and forwarded",
    "21": "processed as tertiary and forwarded",
    "22": "reversal of an earlier payment",
    "23": "not this payer's claim; forwarded",
    "25": "predetermination: nothing is paid",
}
"""CLP02."""


def adjustment_words(group: str, reason: str) -> str:
    """Tell an adjustment in words; a reason that is not listed here is told by its code alone."""
    why = REASONS.get(reason, f"reason {reason}")
    bearer = GROUPS.get(group)
    return f"{why} ({bearer})" if bearer else why


def method_words(code: str) -> str:
    """Say how an 835 is paid (BPR04)."""
    if not code:
        return "by no method that it names"
    return f"{METHODS.get(code, 'by a method of the payer')} ({code})"
