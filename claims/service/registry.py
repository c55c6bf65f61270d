"""Who may attest and who may bill: the credentialer's acts on the shared registry. Repeating one changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from claims.model.network import NetworkProvider
from claims.service.calendar import day_number, day_of
from claims.service.errors import UsageError
from claims.service.home import PAYER
from claims.service.office import Office

if TYPE_CHECKING:
    from claims.store.rows import EnrolledProvider
    from claims.store.work import UnitOfWork

CREDENTIALER = "credentialer"

_NPI = re.compile(r"[0-9A-Za-z]{2,80}")


@dataclass(frozen=True, slots=True)
class Act:
    """What a command did on the registry: a sentence, and the transaction's hash and gas; both None where nothing was needed."""

    what: str
    transaction: bytes | None = None
    gas: int | None = None


def enrol_practitioner(
    office: Office, practitioner: int, key: str, controller: int, begins: date, through: date, *, npi: str = ""
) -> Act:
    """Enrol a clinician under its registry id; raises UsageError where the id is enrolled with another key.

    With `npi` the payer's store remembers whose id and key these are, since the chain knows no NPI.
    """
    identity = NetworkProvider(npi=npi, name="", practitioner=practitioner)
    _require_free(office, identity)
    act = _enrol_practitioner(office, practitioner, key, controller, begins, through)
    _remember(office, identity, key)
    return act


def _enrol_practitioner(
    office: Office, practitioner: int, key: str, controller: int, begins: date, through: date
) -> Act:
    found = office.read("Registry", "practitionerOf", practitioner)
    wanted = {"controller": controller, "validFrom": day_number(begins), "validUntil": day_number(through)}
    if int(found["key"], 16):
        if found["key"].lower() != key.lower():
            raise UsageError(
                f"practitioner {practitioner} is enrolled with the key {found['key']}; a key is changed by rotating it"
            )
        if all(found[name] == value for name, value in wanted.items()):
            return Act(f"practitioner {practitioner} is enrolled already")
        return _send(
            office, f"practitioner {practitioner} updated", "updatePractitioner", practitioner, *wanted.values()
        )
    return _send(
        office, f"practitioner {practitioner} enrolled", "enrolPractitioner", practitioner, key, *wanted.values()
    )


def enrol_provider(office: Office, address: str, controller: int, begins: date, through: date, *, npi: str = "") -> Act:
    """Enrol a billing provider by the address that it sends and is paid with.

    With `npi` the payer's store remembers whose address this is. Raises UsageError where that NPI is paid elsewhere.
    """
    identity = NetworkProvider(npi=npi, name="", address=address)
    _require_free(office, identity)
    act = _enrol_provider(office, address, controller, begins, through)
    _remember(office, identity)
    return act


def _enrol_provider(office: Office, address: str, controller: int, begins: date, through: date) -> Act:
    found = office.read("Registry", "providerOf", address)
    wanted = {"controller": controller, "validFrom": day_number(begins), "validUntil": day_number(through)}
    if found["controller"]:
        if all(found[name] == value for name, value in wanted.items()):
            return Act(f"provider {address} is enrolled already")
        return _send(office, f"provider {address} updated", "updateProvider", address, *wanted.values())
    return _send(office, f"provider {address} enrolled", "enrolProvider", address, *wanted.values())


def add_to_roster(office: Office, provider: str, practitioner: int, begins: date, through: date) -> Act:
    """Let a clinician sign for a provider within a window."""
    found = office.read("Registry", "rosterOf", provider, practitioner)
    wanted = (day_number(begins), day_number(through))
    if found["active"] and (found["validFrom"], found["validUntil"]) == wanted:
        return Act(f"practitioner {practitioner} is on the roster already")
    return _send(
        office, f"practitioner {practitioner} put on the roster", "addToRoster", provider, practitioner, *wanted
    )


def list_book(office: Office, book: str) -> Act:
    """Let an insurer's book spend attestations."""
    if office.read("Registry", "isListed", book):
        return Act(f"book {book} is listed already")
    return _send(office, f"book {book} listed", "listBook", book, True)


def suspend(
    office: Office, *, practitioner: int | None = None, provider: str | None = None, suspended: bool = True
) -> Act:
    """Suspend a clinician or a provider at once, or reinstate one."""
    done = "suspended" if suspended else "reinstated"
    if practitioner is not None:
        found = office.read("Registry", "practitionerOf", practitioner)
        if found["suspended"] == suspended:
            return Act(f"practitioner {practitioner} is {done} already")
        return _send(office, f"practitioner {practitioner} {done}", "suspendPractitioner", practitioner, suspended)
    if provider is None:
        raise UsageError("name a practitioner's id or a provider's address")
    found = office.read("Registry", "providerOf", provider)
    if found["suspended"] == suspended:
        return Act(f"provider {provider} is {done} already")
    return _send(office, f"provider {provider} {done}", "suspendProvider", provider, suspended)


def exclude(office: Office, last_day: date, *, practitioner: int | None = None, provider: str | None = None) -> Act:
    """End a credential: `last_day` is the last day on which it counts."""
    day = day_number(last_day)
    if practitioner is not None:
        found = office.read("Registry", "practitionerOf", practitioner)
        if not int(found["key"], 16):
            raise UsageError(f"practitioner {practitioner} is not enrolled")
        if found["validUntil"] == day:
            return Act(f"practitioner {practitioner} is excluded already")
        return _send(
            office,
            f"practitioner {practitioner} excluded after {last_day}",
            "updatePractitioner",
            practitioner,
            found["controller"],
            min(found["validFrom"], day),
            day,
        )
    if provider is None:
        raise UsageError("name a practitioner's id or a provider's address")
    found = office.read("Registry", "providerOf", provider)
    if not found["controller"]:
        raise UsageError(f"provider {provider} is not enrolled")
    if found["validUntil"] == day:
        return Act(f"provider {provider} is excluded already")
    return _send(
        office,
        f"provider {provider} excluded after {last_day}",
        "updateProvider",
        provider,
        found["controller"],
        min(found["validFrom"], day),
        day,
    )


def report_compromise(office: Office, practitioner: int, from_day: date) -> Act:
    """Declare a clinician's key compromised from a day on."""
    found = office.read("Registry", "practitionerOf", practitioner)
    if found["compromisedFrom"] == day_number(from_day):
        return Act(f"practitioner {practitioner}'s key is reported already")
    return _send(
        office,
        f"practitioner {practitioner}'s key does not count from {from_day}",
        "reportCompromise",
        practitioner,
        day_number(from_day),
    )


def rotate_key(office: Office, practitioner: int, key: str) -> Act:
    """Give a clinician another key, after a loss or a theft; what the old one signed and was not paid is signed anew.

    Raises UsageError for a clinician who is not enrolled; the contract refuses a key that anybody ever had.
    """
    found = office.read("Registry", "practitionerOf", practitioner)
    if not int(found["key"], 16):
        raise UsageError(f"practitioner {practitioner} is not enrolled: enrol the clinician with this key")
    if found["key"].lower() == key.lower():
        return Act(f"practitioner {practitioner} signs with {key} already")
    act = _send(office, f"practitioner {practitioner} signs with {key} from now on", "rotateKey", practitioner, key)
    if office.home.role == PAYER:
        with office.store.unit_of_work() as work:
            known = work.providers.by_practitioner(practitioner)
            if known is not None:
                work.providers.put(replace(known, signing_key=key))
    return act


def remove_from_roster(office: Office, provider: str, practitioner: int) -> Act:
    """Take a clinician off a provider's roster, for every year of service."""
    if not office.read("Registry", "rosterOf", provider, practitioner)["active"]:
        return Act(f"practitioner {practitioner} is not on the roster")
    what = f"practitioner {practitioner} taken off the roster"
    return _send(office, what, "removeFromRoster", provider, practitioner)


def show(office: Office, *, practitioner: int | None = None, provider: str | None = None) -> dict[str, Any]:
    """Return what the registry says of a clinician, of a provider, or of one on the other's roster; dates are ISO text."""
    result: dict[str, Any] = {}
    if practitioner is not None:
        result["practitioner"] = {"id": practitioner, **_dated(office.read("Registry", "practitionerOf", practitioner))}
    if provider is not None:
        result["provider"] = {"address": provider, **_dated(office.read("Registry", "providerOf", provider))}
    if practitioner is not None and provider is not None:
        result["roster"] = _dated(office.read("Registry", "rosterOf", provider, practitioner))
    if not result:
        raise UsageError("name a practitioner's id or a provider's address")
    return result


def _require_free(office: Office, identity: NetworkProvider) -> None:
    """Refuse, before anything is sent, an NPI that means another id or address, or an id that has another NPI."""
    if not identity.npi:
        return
    office.require(PAYER)
    if not _NPI.fullmatch(identity.npi):
        raise UsageError("an NPI has letters and digits alone, ten digits as a rule")
    with office.store.reading() as work:
        _merged(work, identity)


def _remember(office: Office, identity: NetworkProvider, signing_key: str = "") -> None:
    if not identity.npi:
        return
    with office.store.unit_of_work() as work:
        known = _merged(work, identity)
        work.providers.put(replace(known, signing_key=signing_key or known.signing_key))


def _merged(work: UnitOfWork, identity: NetworkProvider) -> EnrolledProvider:
    """What is known of the NPI with what is new: who practises alone has a registry id and an address under one NPI."""
    from claims.store.rows import EnrolledProvider

    npi = identity.npi
    known = work.providers.find(npi) or EnrolledProvider(NetworkProvider(npi=npi, name=""))
    have = known.provider
    if identity.practitioner:
        namesake = work.providers.by_practitioner(identity.practitioner)
        if namesake is not None and namesake.provider.npi != npi:
            raise UsageError(f"practitioner {identity.practitioner} has the NPI {namesake.provider.npi} already")
        if have.practitioner not in (0, identity.practitioner):
            raise UsageError(f"NPI {npi} is practitioner {have.practitioner} already")
    if identity.address and have.address and have.address.lower() != identity.address.lower():
        raise UsageError(f"NPI {npi} is paid at {have.address} already")
    merged = replace(
        have, practitioner=identity.practitioner or have.practitioner, address=identity.address or have.address
    )
    return replace(known, provider=merged)


def _dated(record: dict[str, Any]) -> dict[str, Any]:
    days = {"validFrom": "valid_from", "validUntil": "valid_until", "compromisedFrom": "compromised_from"}
    return {
        days.get(name, name): (day_of(value).isoformat() if value else None) if name in days else value
        for name, value in record.items()
    }


def _send(office: Office, what: str, function: str, *arguments: Any) -> Act:
    receipt = office.write(office.signer(CREDENTIALER), "Registry", function, *arguments)
    return Act(what, receipt.transaction, receipt.gas_used)
