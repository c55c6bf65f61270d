"""Signers that are contracts (ERC-1271): a practitioner's and an adjudicator's, honest and hostile."""

from dataclasses import replace

import pytest
from web3.contract import Contract

from tests.contracts.support import PRACTITIONER, UNITS_PER_CENT, Case, Stage, attested, case, key

HOSTILE = {"answers nothing": 0, "answers too little": 1, "answers nearly right": 2, "reverts at length": 3, "burns": 4}


def adjudicating(stage: Stage, wallet: Contract) -> Case:
    """A claim whose decision the first engine signs for a wallet."""
    stage.send(stage.insurer, stage.book.functions.setAdjudicator(wallet.address, True))
    made = case(stage)
    made.approvals = [(wallet.address, made.signed_decision[-1][0][1])]
    return made


def test_a_practitioners_wallet_signs(stage: Stage) -> None:
    wallet = stage.deploy("mocks/Wallet", key("wallet owner").address)
    stage.send(stage.credentialer, stage.registry.functions.rotateKey(PRACTITIONER, wallet.address))
    signed = replace(attested(stage), signer=key("wallet owner"))
    stage.send(stage.provider, Case(stage, [signed]).settle())
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT


def test_a_wallet_refuses_what_its_owner_did_not_sign(stage: Stage) -> None:
    wallet = stage.deploy("mocks/Wallet", key("wallet owner").address)
    stage.send(stage.credentialer, stage.registry.functions.rotateKey(PRACTITIONER, wallet.address))
    error = stage.refused(stage.provider, case(stage).settle())
    assert (error.name, error.arguments) == ("Registry_SignatureInvalid", (PRACTITIONER,))


def test_a_practitioners_wallet_withdraws(stage: Stage) -> None:
    wallet = stage.deploy("mocks/Wallet", stage.stranger.address)
    stage.send(stage.credentialer, stage.registry.functions.rotateKey(PRACTITIONER, wallet.address))
    revoke = stage.registry.functions.revoke(PRACTITIONER, 1)._encode_transaction_data()
    stage.send(stage.stranger, wallet.functions.execute(stage.registry.address, revoke))
    assert stage.spent(1)


def test_an_adjudicators_wallet_signs(stage: Stage) -> None:
    wallet = stage.deploy("mocks/Wallet", stage.adjudicators[0].address)
    stage.send(stage.provider, adjudicating(stage, wallet).settle())
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT


@pytest.mark.parametrize("how", HOSTILE)
def test_a_wallet_that_answers_wrongly_signs_nothing(stage: Stage, how: str) -> None:
    wallet = stage.deploy("mocks/HostileWallet", HOSTILE[how])
    error = stage.refused(stage.provider, adjudicating(stage, wallet).settle())
    assert error.name == "Claims_SignatureInvalid"
    stage.send(stage.credentialer, stage.registry.functions.rotateKey(PRACTITIONER, wallet.address))
    assert stage.refused(stage.provider, case(stage).settle()).name == "Registry_SignatureInvalid"
