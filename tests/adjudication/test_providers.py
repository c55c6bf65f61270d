"""What the payer's provider list answers."""

from claims.adjudication.providers import Providers
from tests.adjudication.builders import BILLING, DAY, OTHER, RENDERING, clinic, clinician

KNOWN = Providers((clinic(controller="One"), clinician(controller="One")))


def test_who_may_sign_for_whom():
    assert KNOWN.may_sign_for(RENDERING, BILLING)
    assert KNOWN.may_sign_for(BILLING, BILLING)
    assert not KNOWN.may_sign_for(OTHER, BILLING)
    assert not KNOWN.may_sign_for(RENDERING, OTHER)


def test_one_controller_is_one_only_where_it_is_known():
    assert KNOWN.same_controller(RENDERING, BILLING)
    assert not KNOWN.same_controller(OTHER, BILLING)
    assert not Providers((clinic(), clinician())).same_controller(RENDERING, BILLING)


def test_a_stranger_is_out_of_the_network_and_not_credentialed():
    assert not KNOWN.in_network(OTHER)
    assert KNOWN.fault(OTHER, DAY, DAY) == "is not credentialed with this payer"
    assert KNOWN.fault("", DAY, DAY) == "is named without an NPI"
    assert KNOWN.fault(BILLING, DAY, DAY) == ""
