"""The notes of an answer: remark codes, and what denied a line or lets a claim wait, with what would cure it."""

from __future__ import annotations

from dataclasses import dataclass, field

from claims.formats.fhir.answer_parties import Resource
from claims.model.decision import PENDED, REVERSED, Decision

_TOLD = frozenset({"deny", "pend"})
_OUTCOMES = {PENDED: "queued"}


@dataclass(slots=True)
class Notes:
    """Notes in order, each once, and the numbers by which lines name them."""

    texts: list[str] = field(default_factory=list)

    def of_line(self, decision: Decision, number: int, remarks: tuple[str, ...]) -> list[int]:
        """Add the notes of a line and return their numbers."""
        told = [f"Remark {remark}" for remark in remarks]
        told += [_sentence(e.why, e.cure) for e in decision.trace if e.line == number and e.outcome in _TOLD]
        return [self._number(text) for text in dict.fromkeys(told)]

    def of_claim(self, decision: Decision) -> None:
        """Add what the trace says of the whole claim."""
        for entry in decision.trace:
            if entry.line is None and entry.outcome in _TOLD:
                self._number(_sentence(entry.why, entry.cure))

    def written(self) -> list[Resource]:
        """Write the notes."""
        return [{"number": at, "type": "display", "text": text} for at, text in enumerate(self.texts, start=1)]

    def _number(self, text: str) -> int:
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


def outcome_of(decision: Decision) -> str:
    """FHIR's outcome of a decision: queued while it waits, else complete, denials and reversals included."""
    return _OUTCOMES.get(decision.status, "complete")


def disposition_of(decision: Decision) -> str:
    """Say in one sentence what became of the claim."""
    if decision.status == PENDED:
        return "The claim waits: nothing is decided yet."
    if decision.status == REVERSED:
        return f"The earlier payment of {-decision.paid} is reversed."
    if not decision.paid:
        return f"The claim is {decision.status}: nothing is paid of {decision.charge}."
    return f"The claim is {decision.status}: {decision.paid} of {decision.charge}."


def _sentence(why: str, cure: str) -> str:
    return f"{why}. Cure: {cure}" if cure else why
