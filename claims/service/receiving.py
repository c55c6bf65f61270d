"""An 837 as a payer takes it in: read by its own rules for senders, and its interchanges remembered."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from claims.formats.fhir.claims import is_fhir
from claims.formats.x12.intake import interchange_key
from claims.model.submission import Submission
from claims.service.intake import read_claims
from claims.service.office import Office

if TYPE_CHECKING:
    from claims.store.work import UnitOfWork


def receive(office: Office, file: Path) -> Submission:
    """Read an 837 by the settings of a home: the NPI's check digit, whose claims are taken, interchanges sent before.

    The same file again is no repetition: it is answered as it was. Raises OSError where there is no file to read.
    """
    home, data = office.home, file.read_bytes()
    payer = home.identifier if home.own_claims_only else ""
    if not home.refuse_repeated_interchanges:
        return read_claims(data, strict_npi=home.strict_npi, payer=payer)
    digest = hashlib.sha256(data).hexdigest()
    with office.store.reading() as work:

        def came_before(key: str) -> bool:
            sender, _, control_number = key.rpartition("|")
            return any(seen.sha256 != digest for seen in work.interchanges.seen(sender, control_number))

        return read_claims(data, strict_npi=home.strict_npi, payer=payer, seen_interchanges=came_before)


def remember(work: UnitOfWork, submission: Submission, received: date) -> None:
    """Remember the interchanges of a file that were taken in, whatever the settings are: they may be changed later.

    A file of FHIR claims has no interchange; its bytes alone tell whether it came before.
    """
    from claims.store.rows import SeenInterchange

    if is_fhir(submission):
        return
    for interchange in submission.interchanges:
        if not interchange.errors:
            sender, _, control_number = interchange_key(interchange).rpartition("|")
            work.interchanges.add(SeenInterchange(sender, control_number, submission.sha256, received))
