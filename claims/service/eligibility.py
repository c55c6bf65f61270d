"""A 270 answered from a payer's members, plan and accumulators."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from claims.adjudication.documents import read_plan
from claims.adjudication.members import plain
from claims.formats.x12.answer_writer import payer_handle
from claims.formats.x12.eligibility_reader import read_270
from claims.formats.x12.eligibility_writer import EligibilityResponse, write_271
from claims.formats.x12.inquiry_sets import SetProblem
from claims.model.eligibility import EligibilityAnswer
from claims.model.member import Member
from claims.model.plan import Plan
from claims.service.eligibility_answer import Terms, answer, refusal
from claims.service.errors import FileRejected
from claims.service.home import PAYER
from claims.service.intake import placed
from claims.service.office import Office
from claims.service.private_file import write_private
from claims.service.rules import PLAN, known_members

if TYPE_CHECKING:
    from claims.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Answered:
    """A 270 that was answered: what was said of each patient, in order, AAA03 for those who may not ask, and the 271."""

    answers: tuple[EligibilityAnswer, ...]
    refused: tuple[str, ...]
    path: Path


def answer_eligibility(office: Office, file: Path, out: Path) -> Answered:
    """Answer a 270 by a 271 of its name in the folder `out`.

    Raises FileRejected where the file is no sound 270; nothing is written then. A patient who is not found is an answer.
    """
    office.require(PAYER)
    try:
        requests = read_270(file.read_bytes())
    except SetProblem as problem:
        raise FileRejected(f"the file is no sound 270, nothing was answered: {placed(problem.errors[0])}") from None
    created = datetime.fromtimestamp(office.chain.head().timestamp, UTC)
    handle = payer_handle(office.home.tax_id, office.home.identifier)
    answers: list[EligibilityAnswer] = []
    refused: list[str] = []
    interchanges: list[bytes] = []
    with office.store.unit_of_work() as work:
        responses = []
        family, plan = _families(office, work), _plan(office)
        for request in requests:
            terms = Terms(family, plan, work.accumulators.of_person, work.accumulators.of_family, request.created)
            asking = [receiver for source in request.sources for receiver in source.receivers]
            turned_away = {receiver: reason for receiver in asking if (reason := refusal(receiver))}
            patients = [patient for receiver in asking if receiver not in turned_away for patient in receiver.patients]
            found = {patient: answer(patient, terms, new_trace()) for patient in patients}
            answers += [found[patient] for patient in patients]
            refused += turned_away.values()
            responses.append(EligibilityResponse(request, found, turned_away))
        for _, together in groupby(responses, key=lambda response: response.request.envelope):
            number = work.control_numbers.next("eligibility")
            interchanges.append(write_271(tuple(together), payer_handle=handle, created=created, control_number=number))
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{file.stem}.271"
    write_private(path, b"".join(interchanges))
    return Answered(tuple(answers), tuple(refused), path)


def new_trace() -> str:
    """Make a trace number of the payer's own (TRN02): random, so that nothing can be told from it."""
    return "E" + base64.b32encode(secrets.token_bytes(10)).decode("ascii")


def _families(office: Office, work: UnitOfWork) -> Callable[[str], Sequence[Member]]:
    """The members by their number, however it is spelled."""
    found: dict[str, list[Member]] = {}
    for member in known_members(office.home, work.members.all()):
        found.setdefault(plain(member.member_number), []).append(member)
    return lambda number: found.get(plain(number), ())


def _plan(office: Office) -> Plan | None:
    file = office.home.document(PLAN)
    return read_plan(file.read_text(encoding="utf-8")) if file.exists() else None
