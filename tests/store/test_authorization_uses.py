"""Units of an authorisation are taken by claims and given back with them."""

from decimal import Decimal

from claims.model.decision import AuthorizationUse
from claims.store.store import Store


def test_units_add_up_over_claims_and_are_given_back(store: Store) -> None:
    with store.unit_of_work() as work:
        work.authorization_uses.put(
            "C1", (AuthorizationUse("PA-1", 1, Decimal("2")), AuthorizationUse("PA-1", 2, Decimal("0.5")))
        )
        work.authorization_uses.put(
            "C2", (AuthorizationUse("PA-1", 1, Decimal(1)), AuthorizationUse("PA-2", 2, Decimal(4)))
        )
        assert work.authorization_uses.used() == {"PA-1": Decimal("3.5"), "PA-2": Decimal(4)}
        work.authorization_uses.put("C1", (AuthorizationUse("PA-1", 1, Decimal(1)),))
        assert work.authorization_uses.used()["PA-1"] == 2
        work.authorization_uses.release("C1")
        work.authorization_uses.release("C2")
        assert work.authorization_uses.used() == {}
