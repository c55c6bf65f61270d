"""Money: what comes in, what may leave, and payees who cannot be paid."""

import pytest
from eth_utils.address import to_checksum_address
from web3.contract import Contract
from web3.contract.contract import ContractFunction

from tests.contracts.support import (
    FUNDS,
    GAS,
    RESERVE,
    UNITS_PER_CENT,
    Stage,
    case,
    events,
)

REFUSALS = {"reverts": 1, "returns false": 2, "burns all gas": 3, "reverts at length": 4, "returns one byte": 5}


@pytest.fixture
def blacklisting(stage: Stage) -> Stage:
    """A stage whose token can shut accounts out."""
    return stage.with_token("mocks/BlacklistToken")


# -- In and out --------------------------------------------------------------------------------------------------------


def test_money_that_is_not_reserved_is_surplus(stage: Stage) -> None:
    assert stage.totals() == {"reserved": RESERVE, "credited": 0, "surplus": FUNDS - RESERVE}
    assert stage.book.functions.surplus().call() == (FUNDS - RESERVE) * UNITS_PER_CENT
    assert stage.balance(stage.book.address) == FUNDS * UNITS_PER_CENT


def test_a_payment_leaves_the_surplus_alone(stage: Stage) -> None:
    stage.send(stage.provider, case(stage).settle())
    assert stage.totals() == {"reserved": RESERVE - 5_600, "credited": 0, "surplus": FUNDS - RESERVE}


def test_surplus_alone_leaves(stage: Stage) -> None:
    most = (FUNDS - RESERVE) * UNITS_PER_CENT
    withdraw = stage.book.functions.withdrawSurplus
    error = stage.refused(stage.insurer, withdraw(stage.insurer.address, most + UNITS_PER_CENT))
    assert (error.name, error.arguments) == ("Treasury_SurplusShort", (most + UNITS_PER_CENT, most))
    receipt = stage.send(stage.insurer, withdraw(stage.stranger.address, most))
    assert events(stage.book, receipt, "SurplusWithdrawn")[0]["amount"] == most
    assert stage.balance(stage.stranger.address) == most
    assert stage.balance(stage.book.address) == RESERVE * UNITS_PER_CENT


def test_only_the_insurer_takes_the_surplus(stage: Stage) -> None:
    error = stage.refused(stage.stranger, stage.book.functions.withdrawSurplus(stage.stranger.address, UNITS_PER_CENT))
    assert error.name == "OwnableUnauthorizedAccount"


def test_money_moves_in_whole_cents(stage: Stage) -> None:
    for call in (stage.book.functions.fund(1), stage.book.functions.withdrawSurplus(stage.insurer.address, 9_999)):
        assert stage.refused(stage.insurer, call).name == "Treasury_NotWholeCents"


def test_anyone_may_fund(stage: Stage) -> None:
    amount = 500 * UNITS_PER_CENT
    stage.send(stage.stranger, stage.token.functions.mint(stage.stranger.address, amount))
    stage.send(stage.stranger, stage.token.functions.approve(stage.book.address, amount))
    receipt = stage.send(stage.stranger, stage.book.functions.fund(amount))
    assert events(stage.book, receipt, "Funded")[0]["amount"] == amount
    assert stage.totals()["surplus"] == FUNDS - RESERVE + 500


def test_a_plain_transfer_is_a_gift_that_nobody_withdraws(stage: Stage) -> None:
    stage.send(stage.stranger, stage.token.functions.mint(stage.book.address, 500 * UNITS_PER_CENT))
    assert stage.totals()["surplus"] == FUNDS - RESERVE
    assert stage.totals()["reserved"] == RESERVE + 500


def test_a_token_without_code_or_of_odd_decimals_is_refused(stage: Stage) -> None:
    with pytest.raises(AssertionError, match="could not be deployed"):
        stage.deploy("InsurerBook", stage.insurer.address, stage.registry.address, stage.stranger.address, 1, 1, 1, 1)
    with pytest.raises(AssertionError, match="could not be deployed"):
        stage.deploy("InsurerBook", stage.insurer.address, stage.stranger.address, stage.token.address, 1, 1, 1, 1)
    with pytest.raises(AssertionError, match="could not be deployed"):
        stage.deploy("InsurerBook", stage.insurer.address, stage.registry.address, stage.token.address, 1, 1, 1, 0)


# -- Payees who cannot be paid -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", REFUSALS)
def test_a_payee_who_cannot_be_paid_is_credited(blacklisting: Stage, how: str) -> None:
    stage = blacklisting
    stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, REFUSALS[how]))
    made = case(stage)
    receipt = stage.send(stage.provider, made.settle())

    assert stage.balance(stage.provider.address) == 0
    assert stage.book.functions.creditOf(stage.provider.address).call() == 5_600
    assert stage.totals() == {"reserved": RESERVE - 5_600, "credited": 5_600, "surplus": FUNDS - RESERVE}
    assert stage.policy()["paid"] == 5_600
    assert stage.spent(1)
    (credited,) = events(stage.book, receipt, "PaymentCredited")
    assert (credited["payment"], credited["amount"]) == (made.payment, 5_600)
    assert len(events(stage.book, receipt, "ClaimPaid")) == 1
    assert stage.solvent()


def test_nobody_else_waits_for_a_payee_who_cannot_be_paid(blacklisting: Stage) -> None:
    stage = blacklisting
    stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, 1))
    stage.send(stage.provider, case(stage, 1).settle())
    stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, 0))
    stage.send(stage.provider, case(stage, 2).settle())
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT


def test_a_credit_is_taken_by_its_owner_alone_to_where_it_likes(blacklisting: Stage) -> None:
    stage = blacklisting
    stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, 1))
    stage.send(stage.provider, case(stage).settle())
    withdraw = stage.book.functions.withdrawCredit
    for other in (stage.stranger, stage.insurer):
        error = stage.refused(other, withdraw(other.address))
        assert error.name == "Treasury_NoCredit"
        assert to_checksum_address(error.arguments[0]) == other.address
    assert stage.refused(stage.provider, withdraw(stage.provider.address)).name == "Blacklisted"

    receipt = stage.send(stage.provider, withdraw(stage.practitioner.address))
    assert stage.balance(stage.practitioner.address) == 5_600 * UNITS_PER_CENT
    assert events(stage.book, receipt, "CreditWithdrawn")[0]["amount"] == 5_600
    assert stage.totals()["credited"] == 0
    assert stage.refused(stage.provider, withdraw(stage.practitioner.address)).name == "Treasury_NoCredit"


def test_the_surplus_never_holds_what_is_credited(blacklisting: Stage) -> None:
    stage = blacklisting
    stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, 2))
    stage.send(stage.provider, case(stage).settle())
    everything = (FUNDS - RESERVE) * UNITS_PER_CENT
    stage.send(stage.insurer, stage.book.functions.withdrawSurplus(stage.insurer.address, everything))
    stage.send(stage.provider, stage.book.functions.withdrawCredit(stage.stranger.address))
    assert stage.balance(stage.stranger.address) == 5_600 * UNITS_PER_CENT


def test_a_sender_cannot_starve_a_payment_into_a_credit(stage: Stage) -> None:
    """With gas for everything but the transfer the claim is refused, and paid by whoever sends it with more."""
    made = case(stage)
    stage.send(stage.provider, made.submit())
    call = made.decide()
    for gas in range(90_000, 132_000, 3_000):
        with stage.undone():
            receipt = stage.force(stage.stranger, call, gas)
            credit = stage.book.functions.creditOf(stage.provider.address).call()
            assert credit == 0
            assert (receipt["status"] == 1) == (stage.balance(stage.provider.address) != 0)
    stage.send(stage.stranger, call, GAS)
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT


def test_a_token_that_returns_nothing_pays(stage: Stage) -> None:
    silent = stage.with_token("mocks/NoReturnToken")
    silent.send(silent.provider, case(silent).settle())
    assert silent.balance(silent.provider.address) == 5_600 * UNITS_PER_CENT
    silent.send(silent.insurer, silent.book.functions.withdrawSurplus(silent.insurer.address, UNITS_PER_CENT))


# -- Tokens that call back ---------------------------------------------------------------------------------------------


def plan(stage: Stage, target: str, call: ContractFunction, early: bool) -> None:
    """Have the token call back, before or after it moves money."""
    data = call._encode_transaction_data()
    stage.send(stage.stranger, stage.token.functions.plan(target, data, early))


def act(stage: Stage, wallet: Contract, call: ContractFunction, early: bool) -> None:
    """Have the token make a wallet call the book."""
    execute = wallet.functions.execute(stage.book.address, call._encode_transaction_data())
    plan(stage, wallet.address, execute, early)


@pytest.fixture(params=[True, False], ids=["before", "after"])
def early(request: pytest.FixtureRequest) -> bool:
    """Whether the token calls back before or after it moves the money."""
    return bool(request.param)


@pytest.fixture
def reentrant(stage: Stage) -> Stage:
    """A stage whose token calls back."""
    return stage.with_token("mocks/ReentrantToken")


def test_a_token_that_calls_back_pays_no_claim_twice(reentrant: Stage, early: bool) -> None:
    stage = reentrant
    made = case(stage)
    stage.send(stage.provider, made.submit())
    plan(stage, stage.book.address, made.decide(), early)
    stage.send(stage.insurer, made.decide())
    assert stage.token.functions.calls().call() == 1
    assert not stage.token.functions.succeeded().call()
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT
    assert stage.policy()["paid"] == 5_600


def test_a_claim_that_is_paid_inside_another_ones_payment_is_paid_once(reentrant: Stage, early: bool) -> None:
    stage = reentrant
    outer, inner = case(stage, 1), case(stage, 2, paid=700)
    for made in (outer, inner):
        stage.send(stage.provider, made.submit())
    plan(stage, stage.book.address, inner.decide(), early)
    stage.send(stage.insurer, outer.decide())
    assert stage.token.functions.succeeded().call()
    assert stage.balance(stage.provider.address) == 6_300 * UNITS_PER_CENT
    assert stage.policy()["paid"] == 6_300
    assert stage.totals() == {"reserved": RESERVE - 6_300, "credited": 0, "surplus": FUNDS - RESERVE}


def test_a_payment_under_way_is_nobodys_surplus(reentrant: Stage, early: bool) -> None:
    """The insurer reenters, from inside the payment, to withdraw what is being paid."""
    stage = reentrant
    wallet = stage.deploy("mocks/Wallet", stage.token.address)
    stage.send(stage.insurer, stage.book.functions.transferOwnership(wallet.address))
    act(stage, wallet, stage.book.functions.acceptOwnership(), early)
    stage.send(stage.stranger, stage.token.functions.mint(stage.stranger.address, 1))
    assert stage.book.functions.owner().call() == wallet.address

    surplus = FUNDS - RESERVE
    withdraw = stage.book.functions.withdrawSurplus
    act(stage, wallet, withdraw(stage.stranger.address, (surplus + 1) * UNITS_PER_CENT), early)
    stage.send(stage.provider, case(stage, 1).settle())
    assert not stage.token.functions.succeeded().call()
    act(stage, wallet, withdraw(stage.stranger.address, surplus * UNITS_PER_CENT), early)
    stage.send(stage.provider, case(stage, 2).settle())
    assert stage.token.functions.succeeded().call()

    assert stage.balance(stage.provider.address) == 11_200 * UNITS_PER_CENT
    assert stage.totals() == {"reserved": RESERVE - 11_200, "credited": 0, "surplus": 0}
    assert stage.solvent()


def test_a_token_that_needs_too_much_gas_is_as_one_that_refuses(reentrant: Stage) -> None:
    stage = reentrant
    claims = [case(stage, sequence) for sequence in (1, 2)]
    for made in claims:
        stage.send(stage.provider, made.submit())
    wallets = [stage.deploy("mocks/HostileWallet", 4)]
    plan(stage, wallets[0].address, stage.book.functions.surplus(), True)
    stage.send(stage.insurer, claims[0].decide())
    assert stage.book.functions.creditOf(stage.provider.address).call() == 5_600
