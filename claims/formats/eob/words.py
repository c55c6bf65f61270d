"""What an explanation of benefits says, in words for a member: no code without its meaning, no promise that a code does not make."""

from __future__ import annotations

from claims.model.benefits import BenefitLine, ExplanationOfBenefits, Progress
from claims.model.decision import Adjustment
from claims.model.money import ZERO
from claims.model.party import Address, Person

NOT_A_BILL = "This is not a bill."
WHAT_IT_IS = (
    "It explains how your health plan decided a claim. Do not pay from this page: your provider will send you a bill for what "
    "you owe, if anything."
)

_OWED = {
    "1": "your deductible: you pay this part before the plan begins to pay",
    "2": "your coinsurance: your share of the allowed amount",
    "3": "your copay: a fixed amount for this service",
    "26": "the service was before your coverage began",
    "27": "the service was after your coverage ended",
    "31": "we could not find you as a member",
    "45": "the provider is out of the network and charges more than the plan allows",
    "96": "your plan does not cover this service",
    "119": "you have used all that your plan grants of this benefit",
    "204": "your plan does not cover this service",
}
_NOT_OWED = {
    "16": "the claim lacked information; your provider can send it again",
    "18": "this service was billed twice",
    "22": "another insurer has to decide first",
    "23": "paid or written off by your other insurance",
    "24": "paid under another agreement with your provider",
    "29": "the claim came too late",
    "45": "discount: your provider may not charge you more than the plan allows",
    "97": "included in the payment for another service",
    "151": "more was billed than the plan accepts for one day",
    "197": "your provider had to ask us first",
    "198": "more was billed than was authorised",
    "236": "not payable together with another service of that day",
    "252": "we have no signed record of this service; your provider can send it",
    "B7": "the provider was not eligible for this service on that day",
}


def adjustment_words(adjustment: Adjustment) -> str:
    """Say why a part of a charge was not paid, as the member needs to know it."""
    known = (_OWED if adjustment.group == "PR" else _NOT_OWED).get(adjustment.reason)
    code = f"{adjustment.group}-{adjustment.reason}"
    return f"{known} ({code})" if known else f"not paid, reason code {code}"


def bearer_words(adjustment: Adjustment) -> str:
    """Say who bears it."""
    return "you owe" if adjustment.group == "PR" else "you do not owe"


def headline(value: ExplanationOfBenefits) -> str:
    """Say in one sentence what came out, or that the decision does not stand any more."""
    if value.standing == "void":
        return f"Your provider took this claim back. What it was decided to pay, {value.paid}, and what you were to owe, no longer stand."
    if value.standing == "replaced":
        return f"Your provider corrected this claim: claim {value.successor} took its place, and this decision no longer stands."
    if not value.allowed and value.charge:
        return f"The claim was denied: the plan pays nothing of {value.charge} charged. {owed_words(value)}"
    return f"Of {value.charge} charged, the plan pays {value.paid} to {value.provider}. {owed_words(value)}"


def owed_words(value: ExplanationOfBenefits) -> str:
    """Say what the member owes the provider."""
    return f"You owe {value.provider} {value.owed}." if value.owed > ZERO else f"You owe {value.provider} nothing."


def line_heading(line: BenefitLine) -> str:
    """Name a service by its code and its days."""
    days = f"{line.begins}" if line.begins == line.ends else f"{line.begins} to {line.ends}"
    return f"Service {line.procedure} on {days}"


def progress_words(progress: Progress) -> str:
    """Say what is left of a yearly amount."""
    return f"{progress.name} {progress.year}: {progress.used} of {progress.limit} used, {progress.remaining} left"


def appeal_words(value: ExplanationOfBenefits) -> str:
    """Say that the decision can be questioned, until when and where."""
    where = ", ".join(filter(None, (value.payer, *address_lines(value.payer_address))))
    return (
        f"If you think this is wrong, you can appeal within {value.days_to_appeal} days of {value.day}. Write to {where}, name "
        f"claim {value.control_number}, and say why. If a service listed here was never done, tell us at once."
    )


def person_name(person: Person) -> str:
    """A person's name, first name first."""
    return " ".join(filter(None, (person.first_name, person.middle_name, person.last_name, person.suffix)))


def address_lines(address: Address) -> tuple[str, ...]:
    """The parts of an address that are given."""
    place = " ".join(filter(None, (address.city, address.state, address.postal_code)))
    return tuple(filter(None, (address.line, address.second_line, place)))
