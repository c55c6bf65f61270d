"""A book's seldom acts are code of their own, which works on the book's storage and in its name."""

import json

from claims.chain.artefacts import FOLDER
from tests.contracts.support import POLICY, Stage, fixed


def layout(name: str) -> list[tuple[str, str, int]]:
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return [(place["label"], place["slot"], place["offset"]) for place in document["storageLayout"]]


def test_book_and_office_lay_out_their_storage_alike() -> None:
    assert layout("InsurerBook") == layout("Office")
    assert len(layout("InsurerBook")) > 5


def test_the_books_acts_change_the_book_and_not_the_office(stage: Stage) -> None:
    office = stage.web3.eth.contract(address=stage.book.functions.office().call(), abi=stage.book.abi)
    assert stage.policy()["limit"] > 0
    assert office.functions.policyOf(POLICY).call()[0] == 0
    assert office.functions.controls().call()[3] >= 1
    epoch = stage.book.functions.controls().call()[0]
    stage.send(stage.insurer, stage.book.functions.advanceEpoch())
    assert stage.book.functions.controls().call()[0] == epoch + 1
    assert office.functions.controls().call()[0] == epoch


def test_the_office_asks_who_the_insurer_is_of_the_book(stage: Stage) -> None:
    error = stage.refused(stage.stranger, stage.book.functions.raiseReserve(POLICY, 1))
    assert error.name == "OwnableUnauthorizedAccount"


def test_what_the_book_does_itself_is_refused_in_the_office(stage: Stage) -> None:
    office = stage.web3.eth.contract(address=stage.book.functions.office().call(), abi=stage.book.abi)
    for call in (
        office.functions.fund(10_000),
        office.functions.withdrawCredit(stage.stranger.address),
        office.functions.anchor(stage.provider.address, fixed("invoices"), fixed("documents"), 1, b""),
    ):
        refusal = None
        try:
            call.call({"from": stage.insurer.address})
        except Exception as error:  # each node's provider raises its own kind
            refusal = error
        assert refusal is not None


def test_the_office_has_no_money(stage: Stage) -> None:
    assert stage.balance(stage.book.functions.office().call()) == 0
