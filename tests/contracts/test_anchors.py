"""Anchoring a roll of invoices: the provider's consent to many charges in one slot, and the start of their clock."""

from dataclasses import replace

import pytest

from tests.contracts.batches import Anchor, Batch, claim, day, visits
from tests.contracts.support import DAY, UNITS_PER_CENT, Stage, events, key


def roll(stage: Stage) -> Anchor:
    return Anchor(stage, stage.provider, day(stage, 1, 2))


def since(stage: Stage, anchor: Anchor, provider: str = "") -> int:
    return int(stage.book.functions.anchoredAt(provider or anchor.provider.address, anchor.roll).call())


def test_a_provider_anchors_its_own_roll(stage: Stage) -> None:
    made = roll(stage)
    assert since(stage, made) == 0
    assert stage.ask(stage.provider, made.call()) == made.roll
    receipt = stage.send(stage.provider, made.call())
    assert since(stage, made) == stage.now
    (event,) = events(stage.book, receipt, "Anchored")
    assert (event["roll"], event["provider"], event["nonce"]) == (made.roll, stage.provider.address, 1)


def test_anybody_brings_a_roll_that_the_provider_signed(stage: Stage) -> None:
    made = roll(stage)
    receipt = stage.send(stage.stranger, made.call(made.signature()))
    assert since(stage, made) == stage.now
    assert since(stage, made, stage.stranger.address) == 0
    (event,) = events(stage.book, receipt, "Anchored")
    assert event["provider"] == stage.provider.address


@pytest.mark.parametrize("length", [0, 64, 66])
def test_a_signature_of_another_length_is_none(stage: Stage, length: int) -> None:
    made = roll(stage)
    error = stage.refused(stage.stranger, made.call((made.signature() + b"\0")[:length]))
    assert error.name == "Invoices_SignatureInvalid"


@pytest.mark.parametrize("part", ["claims", "nonce", "documents"])
def test_a_signature_is_over_the_whole_roll(stage: Stage, part: str) -> None:
    made = roll(stage)
    other = replace(made, **{part: {"claims": made.claims[:1], "nonce": 2, "documents": b"\1" * 32}[part]})
    assert stage.refused(stage.stranger, made.call(other.signature())).name == "Invoices_SignatureInvalid"
    stage.send(stage.stranger, made.call(made.signature()))


def test_nobody_signs_for_another_provider(stage: Stage) -> None:
    made = roll(stage)
    assert stage.refused(stage.stranger, made.call(made.signature(stage.stranger))).name == "Invoices_SignatureInvalid"


def test_a_signature_for_another_book_or_chain_is_none(stage: Stage) -> None:
    elsewhere = replace(stage, chain_id=stage.chain_id + 1)
    made = roll(stage)
    signature = replace(made, stage=elsewhere).signature()
    assert stage.refused(stage.stranger, made.call(signature)).name == "Invoices_SignatureInvalid"


def test_nobody_anchors_for_no_provider(stage: Stage) -> None:
    """A signature that no key made is recovered as nobody's, which must not be the zero address's consent."""
    made = roll(stage)
    call = made.call(bytes(64) + b"\x1b", provider="0x" + "00" * 20)
    assert stage.refused(stage.stranger, call).name == "Invoices_SignatureInvalid"


def test_a_providers_wallet_signs_and_sends(stage: Stage) -> None:
    wallet = stage.deploy("mocks/Wallet", key("wallet owner").address)
    made = roll(stage)
    signature = made.signature(key("wallet owner"))
    stage.send(stage.stranger, made.call(signature, provider=wallet.address))
    assert since(stage, made, wallet.address) == stage.now
    own = stage.deploy("mocks/Wallet", stage.stranger.address)
    data = made.call(provider=own.address)._encode_transaction_data()
    stage.send(stage.stranger, own.functions.execute(stage.book.address, data))
    assert since(stage, made, own.address) == stage.now


def test_a_wallet_refuses_what_its_owner_did_not_sign(stage: Stage) -> None:
    wallet = stage.deploy("mocks/Wallet", key("wallet owner").address)
    made = roll(stage)
    call = made.call(made.signature(stage.stranger), provider=wallet.address)
    assert stage.refused(stage.stranger, call).name == "Invoices_SignatureInvalid"


def test_a_roll_is_anchored_once_and_keeps_its_time(stage: Stage) -> None:
    """Else a claim's clock could be started anew, and what had expired at its anchor would count again."""
    made = roll(stage).sent()
    first = since(stage, made)
    stage.travel(DAY)
    for sender, signature in ((stage.provider, b""), (stage.stranger, made.signature())):
        error = stage.refused(sender, made.call(signature))
        assert (error.name, error.arguments) == ("Invoices_AlreadyAnchored", (made.roll,))
    assert since(stage, made) == first


def test_the_same_invoices_under_another_nonce_are_another_roll(stage: Stage) -> None:
    made = roll(stage).sent()
    again = replace(made, nonce=2).sent()
    assert made.roll != again.roll
    assert since(stage, again) == stage.now > since(stage, made)


def test_who_copies_anothers_roll_in_its_own_name_stops_nothing(stage: Stage) -> None:
    """A roll lies open before it is in a block; whoever sends it first must not make its provider's anchor fail."""
    made = roll(stage)
    stage.send(stage.stranger, made.call(provider=stage.stranger.address))
    assert since(stage, made) == 0
    made.sent()
    assert since(stage, made) == stage.now
    Batch(stage, [made]).send()
    assert stage.balance(stage.provider.address) == 2 * 5_600 * UNITS_PER_CENT


def test_a_copied_roll_pays_nobody(stage: Stage) -> None:
    """The stranger's anchor of another's invoices is of no use to the stranger: they name their provider."""
    made = roll(stage)
    stage.send(stage.stranger, made.call(provider=stage.stranger.address))
    error = Batch(stage, [made]).refused()
    assert error.name == "Invoices_NotAnchored"


def test_anchoring_says_nothing_about_the_claims(stage: Stage) -> None:
    """Anchored claims are not submitted ones: nothing is marked, spent or drawn, and each can still go the single path."""
    before = stage.picture()
    made = roll(stage).sent()
    assert stage.picture() == before
    assert stage.claim(made.claims[0].claim)["status"] == 0
    stage.send(stage.provider, made.claims[0].settle())
    stage.send(stage.provider, claim(stage, *visits(stage, 3)).submit())
