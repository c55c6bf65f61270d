"""The registry's records: who may change them, and what they refuse."""

import pytest
from eth_utils.address import to_checksum_address

from tests.contracts.support import (
    OTHER_PRACTITIONER,
    PRACTITIONER,
    PRIMARY,
    SECONDARY,
    TERTIARY,
    ZERO,
    Stage,
    case,
    events,
    key,
    typed,
)

WINDOW = (20_000, 30_000)


def test_only_the_credentialer_keeps_the_records(stage: Stage) -> None:
    calls = stage.registry.functions
    other = stage.stranger.address
    for call in (
        calls.enrolPractitioner(1, other, 1, *WINDOW),
        calls.updatePractitioner(PRACTITIONER, 1, *WINDOW),
        calls.rotateKey(PRACTITIONER, other),
        calls.reportCompromise(PRACTITIONER, 1),
        calls.suspendPractitioner(PRACTITIONER, True),
        calls.enrolProvider(other, 1, *WINDOW),
        calls.updateProvider(stage.provider.address, 1, *WINDOW),
        calls.suspendProvider(stage.provider.address, True),
        calls.addToRoster(stage.provider.address, PRACTITIONER, *WINDOW),
        calls.removeFromRoster(stage.provider.address, PRACTITIONER),
        calls.listBook(other, True),
    ):
        for sender in (stage.stranger, stage.insurer, stage.practitioner):
            with pytest.raises(Exception, match="OwnableUnauthorizedAccount"):
                stage.ask(sender, call)


def test_the_credentialers_office_is_handed_over_in_two_steps(stage: Stage) -> None:
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.transferOwnership(stage.stranger.address))
    assert calls.owner().call() == stage.credentialer.address
    stage.send(stage.stranger, calls.acceptOwnership())
    assert calls.owner().call() == stage.stranger.address


def test_a_practitioner_is_enrolled_under_a_number(stage: Stage) -> None:
    receipt = stage.send(
        stage.credentialer, stage.registry.functions.enrolPractitioner(1, stage.stranger.address, 77, *WINDOW)
    )
    record = stage.registry.functions.practitionerOf(1).call()
    assert record == (stage.stranger.address, 77, *WINDOW, 0, False)
    assert stage.registry.functions.practitionerOfKey(stage.stranger.address).call() == 1
    (event,) = events(stage.registry, receipt, "PractitionerEnrolled")
    assert (event["practitioner"], event["key"], event["controller"]) == (1, stage.stranger.address, 77)


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        ((0, "stranger", 1, *WINDOW), "Registry_PractitionerUnknown"),
        ((PRACTITIONER, "stranger", 1, *WINDOW), "Registry_PractitionerEnrolled"),
        ((1, "nobody", 1, *WINDOW), "Registry_KeyZero"),
        ((1, "other practitioner", 1, *WINDOW), "Registry_KeyUsed"),
        ((1, "stranger", 0, *WINDOW), "Registry_ControllerZero"),
        ((1, "stranger", 1, 5, 4), "Registry_WindowInvalid"),
        ((1, "stranger", 1, 0, 0), "Registry_WindowInvalid"),
    ],
)
def test_a_practitioner_who_makes_no_sense_is_not_enrolled(
    stage: Stage, terms: tuple[int, str, int, int, int], name: str
) -> None:
    practitioner, owner, *rest = terms
    address = ZERO if owner == "nobody" else key(owner).address
    call = stage.registry.functions.enrolPractitioner(practitioner, address, *rest)
    assert stage.refused(stage.credentialer, call).name == name


def test_a_key_that_was_given_up_never_returns(stage: Stage) -> None:
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.rotateKey(PRACTITIONER, key("new key").address))
    error = stage.refused(stage.credentialer, calls.rotateKey(PRACTITIONER, stage.practitioner.address))
    assert error.name == "Registry_KeyUsed"
    assert to_checksum_address(error.arguments[0]) == stage.practitioner.address
    assert error.arguments[1] == PRACTITIONER
    assert (
        stage.refused(stage.credentialer, calls.rotateKey(OTHER_PRACTITIONER, stage.practitioner.address)).name
        == "Registry_KeyUsed"
    )


def test_a_new_key_is_not_compromised(stage: Stage) -> None:
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.reportCompromise(PRACTITIONER, 5))
    assert calls.practitionerOf(PRACTITIONER).call()[4] == 5
    stage.send(stage.credentialer, calls.rotateKey(PRACTITIONER, key("new key").address))
    assert calls.practitionerOf(PRACTITIONER).call()[4] == 0


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        ("updatePractitioner", (9, 1, *WINDOW)),
        ("rotateKey", (9, key("new key").address)),
        ("reportCompromise", (9, 1)),
        ("suspendPractitioner", (9, True)),
        ("addToRoster", (key("provider").address, 9, *WINDOW)),
    ],
)
def test_nothing_is_done_to_a_practitioner_who_does_not_exist(
    stage: Stage, act: str, arguments: tuple[object, ...]
) -> None:
    error = stage.refused(stage.credentialer, stage.registry.functions[act](*arguments))
    assert (error.name, error.arguments) == ("Registry_PractitionerUnknown", (9,))


def test_nothing_is_done_to_a_provider_that_does_not_exist(stage: Stage) -> None:
    calls = stage.registry.functions
    stranger = stage.stranger.address
    for call in (
        calls.updateProvider(stranger, 1, *WINDOW),
        calls.suspendProvider(stranger, True),
        calls.addToRoster(stranger, PRACTITIONER, *WINDOW),
        calls.enrolProvider(ZERO, 1, *WINDOW),
    ):
        assert stage.refused(stage.credentialer, call).name == "Registry_ProviderUnknown"


def test_a_provider_is_enrolled_once_under_a_controller(stage: Stage) -> None:
    calls = stage.registry.functions
    assert (
        stage.refused(stage.credentialer, calls.enrolProvider(stage.provider.address, 1, *WINDOW)).name
        == "Registry_ProviderEnrolled"
    )
    assert (
        stage.refused(stage.credentialer, calls.enrolProvider(stage.stranger.address, 0, *WINDOW)).name
        == "Registry_ControllerZero"
    )
    assert calls.providerOf(stage.provider.address).call()[0] == 501


def test_who_is_not_on_a_roster_is_not_taken_off_it(stage: Stage) -> None:
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.removeFromRoster(stage.provider.address, PRACTITIONER))
    assert calls.rosterOf(stage.provider.address, PRACTITIONER).call() == (0, 0, False)
    error = stage.refused(stage.credentialer, calls.removeFromRoster(stage.provider.address, PRACTITIONER))
    assert error.name == "Registry_NotOnRoster"


def test_the_zero_address_is_no_book(stage: Stage) -> None:
    assert stage.refused(stage.credentialer, stage.registry.functions.listBook(ZERO, True)).name == "Registry_BookZero"
    assert stage.registry.functions.isListed(stage.book.address).call()
    assert not stage.registry.functions.isListed(stage.stranger.address).call()


def test_only_a_listed_book_spends(stage: Stage) -> None:
    _, evidence, _ = case(stage).arguments
    call = stage.registry.functions.consumeEvidence(evidence, stage.provider.address, PRIMARY)
    for sender in (stage.stranger, stage.provider, stage.credentialer, stage.insurer):
        error = stage.refused(sender, call)
        assert error.name == "Registry_BookNotListed"
        assert to_checksum_address(error.arguments[0]) == sender.address


def test_a_listed_book_cannot_spend_for_another_provider(stage: Stage) -> None:
    """The worst that a bad book can do is to spend what a practitioner signed for the provider whom it names."""
    stage.send(stage.credentialer, stage.registry.functions.listBook(stage.stranger.address, True))
    stage.send(stage.credentialer, stage.registry.functions.enrolProvider(stage.insurer.address, 9, 1, 60_000))
    _, evidence, _ = case(stage).arguments
    call = stage.registry.functions.consumeEvidence(evidence, stage.insurer.address, PRIMARY)
    assert stage.refused(stage.stranger, call).name == "Registry_ProviderMismatch"


# -- Withdrawing an attestation ----------------------------------------------------------------------------------------


def test_a_practitioner_withdraws_an_attestation_for_every_rank(stage: Stage) -> None:
    calls = stage.registry.functions
    receipt = stage.send(stage.practitioner, calls.revoke(PRACTITIONER, 1))
    (event,) = events(stage.registry, receipt, "AttestationRevoked")
    assert (event["practitioner"], event["sequence"]) == (PRACTITIONER, 1)
    assert all(stage.spent(1, rank) for rank in (PRIMARY, SECONDARY, TERTIARY))
    assert calls.isRevoked(PRACTITIONER, 1).call()
    assert not calls.isRevoked(PRACTITIONER, 2).call()
    assert not stage.spent(1, practitioner=OTHER_PRACTITIONER)
    stage.send(stage.practitioner, calls.revoke(PRACTITIONER, 1))


def test_nobody_else_withdraws_it(stage: Stage) -> None:
    call = stage.registry.functions.revoke(PRACTITIONER, 1)
    for sender in (stage.other_practitioner, stage.provider, stage.credentialer):
        assert stage.refused(sender, call).name == "Registry_NotPractitioner"
    nobody = stage.registry.functions.revoke(9, 1)
    assert stage.refused(stage.practitioner, nobody).name == "Registry_NotPractitioner"


def test_what_has_no_counter_is_not_withdrawn(stage: Stage) -> None:
    error = stage.refused(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, 3 << 32))
    assert (error.name, error.arguments) == ("Registry_SequenceInvalid", (3 << 32,))


def test_there_are_three_ranks(stage: Stage) -> None:
    for call in (
        stage.registry.functions.isSpent(PRACTITIONER, 3, 1),
        stage.registry.functions.requireUnspent(PRACTITIONER, 3, 1),
    ):
        with pytest.raises(Exception, match="Registry_RankInvalid"):
            stage.ask(stage.stranger, call)


# -- Domains -----------------------------------------------------------------------------------------------------------


def test_the_domains_are_those_of_the_design(stage: Stage) -> None:
    message = case(stage).invoice_message
    evidence = typed(stage.evidence_domain, "ProviderInvoice", message).header
    book = typed(stage.book_domain, "ProviderInvoice", message).header
    assert stage.registry.functions.DOMAIN_SEPARATOR().call() == evidence
    assert stage.book.functions.DOMAIN_SEPARATOR().call() == book
