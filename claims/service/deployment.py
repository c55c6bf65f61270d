"""A payer's contracts: the shared registry, the token of a development chain, and the payer's own book with its escrow."""

from __future__ import annotations

from dataclasses import dataclass

from claims.model.money import Money
from claims.service.errors import UsageError
from claims.service.home import PAYER
from claims.service.office import Office

RUN_OUT_DAYS = 730
"""Days after the end of cover in which claims may come in: Medicare's year of timely filing, and a year for what follows."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What stands on the chain: addresses by recorded name, the escrow after funding, and the cap that holds."""

    chain_id: int
    addresses: dict[str, str]
    escrow: Money
    claim_cap: Money


def deploy(
    office: Office,
    *,
    claim_cap: Money,
    fund: Money | None = None,
    token: str | None = None,
    quorum_above: Money | None = None,
    quorum: int = 1,
    run_out_days: int = RUN_OUT_DAYS,
) -> Deployed:
    """Deploy what is missing, list the book, name the adjudicator and fund the escrow; repeating it changes nothing.

    `claim_cap` is the most one claim is paid. `fund` is what the escrow shall hold at least; on a development chain test
    dollars are made for it, elsewhere the insurer's key must hold the tokens. `token` None deploys test dollars.
    """
    from claims.chain.artefacts import load
    from claims.chain.deployment import deploy as put
    from claims.chain.deployment import read_record

    office.require(PAYER)
    insurer, credentialer = office.signer("insurer"), office.signer("credentialer")
    adjudicator = office.keystore.address("adjudicator")
    record, chain = office.deployment_file, office.chain
    recorded = read_record(chain, record)
    if token is None and not chain.profile.development:
        raise UsageError("a book on a chain with real money needs --token: the address of the token it pays in")
    if "Registry" not in recorded or recorded["Registry"].block is None:
        put(chain, credentialer, record, load("Registry"), (credentialer.address,))
    if token is None and ("TestDollar" not in recorded or recorded["TestDollar"].block is None):
        put(chain, insurer, record, load("TestDollar"))
    recorded = read_record(chain, record)
    paid_in = token or recorded["TestDollar"].address
    above = quorum_above if quorum_above is not None else claim_cap
    if office.book_label not in recorded or recorded[office.book_label].block is None:
        arguments = (
            insurer.address,
            recorded["Registry"].address,
            paid_in,
            run_out_days,
            claim_cap.cents,
            above.cents,
            quorum,
        )
        put(chain, insurer, record, load("InsurerBook"), arguments, name=office.book_label)
    office.forget_addresses()
    if credentialer.address == office.read("Registry", "owner"):
        from claims.service.registry import list_book

        list_book(office, office.addresses["InsurerBook"])
    if not office.read("InsurerBook", "isAdjudicator", adjudicator):
        office.write(insurer, "InsurerBook", "setAdjudicator", adjudicator, True)
    if fund is not None:
        fund_escrow(office, fund, mint=token is None)
    cap = Money(office.read("InsurerBook", "controls")["claimCap"])
    return Deployed(chain.chain_id, office.addresses, escrow(office), cap)


def fund_escrow(office: Office, at_least: Money, *, mint: bool) -> None:
    """Bring the escrow up to an amount; `mint` makes test dollars for it."""
    insurer = office.signer("insurer")
    units = office.read("InsurerBook", "unitsPerCent")
    missing = (at_least.cents - escrow(office).cents) * units
    if missing <= 0:
        return
    if mint:
        office.write(insurer, "TestDollar", "mint", insurer.address, missing)
    office.write(insurer, "TestDollar", "approve", office.addresses["InsurerBook"], missing)
    office.write(insurer, "InsurerBook", "fund", missing)


def escrow(office: Office) -> Money:
    """Return the book's token balance in whole cents."""
    units = office.read("InsurerBook", "unitsPerCent")
    return Money(office.read("TestDollar", "balanceOf", office.addresses["InsurerBook"]) // units)
