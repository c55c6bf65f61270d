"""Carrying an exclusion list to the chain: who is enrolled and excluded is suspended."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from claims.service.home import PAYER
from claims.service.office import Office
from claims.service.registry import Act, suspend
from claims.service.tables import open_tables_of


def suspend_excluded(office: Office, folder: Path, day: date, *, dry_run: bool = False) -> list[Act]:
    """Suspend every party enrolled at this payer whose NPI an imported list excludes on a day; repeating it changes nothing.

    Whoever is no longer excluded is not reinstated: a suspension may have another cause. With `dry_run` nothing is sent.
    """
    office.require(PAYER)
    with office.store.reading() as work:
        enrolled = work.providers.all()
    acts = []
    with open_tables_of(folder) as tables:
        for party in enrolled:
            known = party.provider
            if tables.exclusion(known.npi, day) is None:
                continue
            if known.practitioner:
                acts.append(_suspend(office, dry_run, practitioner=known.practitioner))
            if known.address:
                acts.append(_suspend(office, dry_run, provider=known.address))
    return acts


def _suspend(office: Office, dry_run: bool, *, practitioner: int | None = None, provider: str | None = None) -> Act:
    if not dry_run:
        return suspend(office, practitioner=practitioner, provider=provider)
    who = f"provider {provider}" if practitioner is None else f"practitioner {practitioner}"
    name = "providerOf" if practitioner is None else "practitionerOf"
    found = office.read("Registry", name, provider if practitioner is None else practitioner)
    return Act(f"{who} is suspended already" if found["suspended"] else f"{who} would be suspended")
