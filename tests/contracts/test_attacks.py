"""Attacks on the money and on the records, each named by the sentence that stops it."""

from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.contracts.support import (
    APPROVED,
    DENIED,
    LIMIT,
    OTHER_PRACTITIONER,
    PENDED,
    POLICY,
    PRACTITIONER,
    PRIMARY,
    QUORUM_ABOVE,
    RESERVE,
    RUN_OUT_DAYS,
    SECONDARY,
    TYPES,
    UNITS_PER_CENT,
    Attested,
    Case,
    Stage,
    attested,
    case,
    fixed,
    key,
    new_book,
    set_up_book,
    typed,
    values,
)

PAID = 5_600 * UNITS_PER_CENT


def denied(made: Case) -> Case:
    """The claim, submitted and denied."""
    made.stage.send(made.stage.provider, made.submit())
    made.stage.send(made.stage.insurer, made.decide(outcome=DENIED, paid=0))
    return made


# -- A visit is paid once, whichever way it comes ----------------------------------------------------------------------


def test_a_visit_that_was_settled_is_not_paid_on_a_claim_submitted_before(stage: Stage) -> None:
    waiting = case(stage, billed=12_001)
    stage.send(stage.provider, waiting.submit())
    stage.send(stage.provider, case(stage).settle())
    error = stage.refused(stage.insurer, waiting.decide())
    assert (error.name, error.arguments) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_a_visit_that_was_decided_is_not_settled_on_another_invoice(stage: Stage) -> None:
    first = case(stage)
    stage.send(stage.provider, first.submit())
    stage.send(stage.stranger, first.decide())
    assert stage.refused(stage.provider, case(stage, billed=12_001).settle()).name == "Registry_BitSpent"
    assert stage.refused(stage.provider, first.settle()).name == "Claims_AlreadySubmitted"


def test_a_decision_signed_again_under_another_batch_pays_nothing_more(stage: Stage) -> None:
    made = case(stage)
    stage.send(stage.provider, made.settle())
    again = replace(made, header={"batch": fixed("another batch")})
    assert stage.refused(stage.provider, again.settle()).name == "Registry_BitSpent"


def test_a_later_revision_of_a_denied_claim_neither_decides_nor_settles(stage: Stage) -> None:
    made = denied(case(stage))
    assert stage.refused(stage.stranger, made.decide(revision=2)).name == "Claims_Closed"
    for revision in (1, 2):
        later = replace(made, decision={"revision": revision})
        assert stage.refused(stage.provider, later.settle()).name == "Claims_AlreadySubmitted"
    assert stage.refused(stage.provider, made.submit()).name == "Claims_AlreadySubmitted"


def test_no_number_of_submissions_lets_a_settlement_pass_its_own_denial(stage: Stage) -> None:
    """What a policy remembers about its submitted claims may err towards looking, never towards not looking."""
    claims = [case(stage, 1, billed=12_000 + extra) for extra in range(40)]
    for made in claims:
        stage.send(stage.provider, made.submit())
        assert stage.refused(stage.provider, made.settle()).name == "Claims_AlreadySubmitted"


def test_a_visit_waiting_at_two_insurers_is_paid_by_one(stage: Stage) -> None:
    book = new_book(stage.web3, stage.insurer, stage.registry, stage.token)
    second = set_up_book(replace(stage, book=book))
    here, there = case(stage), case(second)
    for made in (here, there):
        stage.send(stage.provider, made.submit())
    stage.send(stage.stranger, there.decide())
    assert stage.refused(stage.stranger, here.decide()).name == "Registry_BitSpent"
    assert stage.balance(stage.provider.address) == PAID


def test_a_claim_cannot_list_an_attestation_and_the_one_that_supersedes_it(stage: Stage) -> None:
    first, second = attested(stage, 1), attested(stage, 2, supersedes=1)
    for order in ([first, second], [second, first]):
        error = stage.refused(stage.provider, Case(stage, order).settle())
        assert (error.name, error.arguments) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


@pytest.mark.parametrize("paid", [1, 2, 3])
def test_of_corrections_that_all_name_the_first_one_is_paid(stage: Stage, paid: int) -> None:
    versions = {
        1: attested(stage, 1),
        2: attested(stage, 2, supersedes=1),
        3: attested(stage, 3, supersedes=1),
    }
    stage.send(stage.provider, Case(stage, [versions.pop(paid)]).settle())
    for other in versions.values():
        error = stage.refused(stage.provider, Case(stage, [other]).settle())
        assert (error.name, error.arguments) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_nobody_supersedes_another_practitioners_attestation(stage: Stage) -> None:
    """The sequence that is replaced is the signer's own."""
    stage.send(stage.provider, Case(stage, [attested(stage, 2, other=True, supersedes=1)]).settle())
    assert stage.spent(1, PRIMARY, OTHER_PRACTITIONER)
    stage.send(stage.provider, case(stage, 1).settle())


# -- Encodings that mean two things -----------------------------------------------------------------------------------


def loosely_hashed(primary: str, words: list[int]) -> bytes:
    """hashStruct over words that may have bits above their fields, as no encoder gives it."""
    fields = ",".join(f"{kind} {name}" for kind, name in TYPES[primary])
    return keccak(keccak(text=f"{primary}({fields})") + b"".join(word.to_bytes(32, "big") for word in words))


def words_of(primary: str, message: dict[str, Any]) -> list[int]:
    """A message's fields, a word each."""
    data = encode([kind for kind, _ in TYPES[primary]], values(primary, message))
    return [int.from_bytes(data[i : i + 32], "big") for i in range(0, len(data), 32)]


def sign_digest(signer: LocalAccount, domain: dict[str, Any], struct: bytes) -> bytes:
    """A signature over a struct hash that was made by hand."""
    separator = bytes(typed(domain, "ProviderInvoice", LOOSE_INVOICE).header)
    return bytes(signer.unsafe_sign_hash(keccak(b"\x19\x01" + separator + struct)).signature)


LOOSE_INVOICE: dict[str, Any] = {
    "provider": "0x" + "11" * 20,
    "policy": 1,
    "rank": 0,
    "attestations": bytes(32),
    "billed": 1,
    "replaces": bytes(32),
    "frequency": 1,
}


def with_words(made: Case, changed: list[tuple[list[int], list[int]]]) -> bytes:
    """The calldata of a settlement in which runs of words are replaced by other runs."""
    data = bytes.fromhex(made.settle()._encode_transaction_data()[2:])
    for before, after in changed:
        old, new = (b"".join(word.to_bytes(32, "big") for word in run) for run in (before, after))
        assert data.count(old) == 1
        data = data.replace(old, new)
    return data


def send_raw(stage: Stage, data: bytes) -> int:
    """Send bytes to the book as the provider; the receipt's status."""
    transaction = {
        "from": stage.provider.address,
        "to": stage.book.address,
        "data": data,
        "gas": 1_500_000,
        "nonce": stage.web3.eth.get_transaction_count(stage.provider.address),
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 0,
        "chainId": stage.chain_id,
        "value": 0,
    }
    signed = stage.provider.sign_transaction(transaction)
    sent = stage.web3.eth.send_raw_transaction(signed.raw_transaction)
    return int(stage.web3.eth.wait_for_transaction_receipt(sent)["status"])


def test_stray_bits_above_a_sequence_are_no_second_bit(stage: Stage) -> None:
    """Whoever stole a practitioner's key and an engine's signs what no encoder gives; the bit is that of the field."""
    stage.send(stage.provider, case(stage).settle())
    item = attested(stage)
    clean = words_of("EncounterAttestation", item.fields)
    loose = [word | 1 << 64 if place == 2 else word for place, word in enumerate(clean)]
    struct = loosely_hashed("EncounterAttestation", loose)
    practitioner = PRACTITIONER.to_bytes(32, "big")
    roll_type = (
        "EncounterRoll(uint32 practitioner,EncounterAttestation[] attestations)EncounterAttestation("
        + ",".join(f"{kind} {name}" for kind, name in TYPES["EncounterAttestation"])
        + ")"
    )
    roll = keccak(keccak(text=roll_type) + practitioner + keccak(struct))
    item.signature = sign_digest(stage.practitioner, stage.evidence_domain, roll)
    made = Case(stage, [item], invoice={"attestations": keccak(keccak(practitioner + struct))})
    before = stage.picture()
    assert send_raw(stage, with_words(made, [(clean, loose)])) == 0
    assert stage.picture() == before
    with stage.undone():  # the same loose bytes under a sequence that is free are taken: nothing else refused them
        fresh = attested(stage, 2)
        clean = words_of("EncounterAttestation", fresh.fields)
        loose = [word | 1 << 64 if place == 2 else word for place, word in enumerate(clean)]
        struct = loosely_hashed("EncounterAttestation", loose)
        roll = keccak(keccak(text=roll_type) + practitioner + keccak(struct))
        fresh.signature = sign_digest(stage.practitioner, stage.evidence_domain, roll)
        made = Case(stage, [fresh], invoice={"attestations": keccak(keccak(practitioner + struct))})
        assert send_raw(stage, with_words(made, [(clean, loose)])) == 1
        assert stage.spent(2)


@pytest.mark.parametrize("place", [1, 2, 4, 5, 6, 7, 8], ids=lambda place: TYPES["ClaimDecision"][place][1])
def test_stray_bits_above_a_decisions_field_move_no_other_amount(stage: Stage, place: int) -> None:
    """A stolen engine's key can sign any bytes; what is paid, drawn and bounded is the field, and its neighbours stay."""
    made = case(stage)
    clean = words_of("ClaimDecision", made.decision_message)
    loose = [word | 2**255 | 1 << 64 if index == place else word for index, word in enumerate(clean)]
    header = made.header_message
    decision_type = "ClaimDecision(" + ",".join(f"{kind} {name}" for kind, name in TYPES["ClaimDecision"]) + ")"
    batch_type = (
        "DecisionBatch(" + ",".join(f"{kind} {name}" for kind, name in TYPES["DecisionBatch"]) + ")" + decision_type
    )
    struct = keccak(
        keccak(text=batch_type)
        + keccak(loosely_hashed("ClaimDecision", loose))
        + encode(["bytes32", "bytes32", "uint32", "uint40", "bytes32"], tuple(header.values()))
    )
    engine = stage.adjudicators[0]
    made.approvals = [(engine.address, sign_digest(engine, stage.book_domain, struct))]
    assert send_raw(stage, with_words(made, [(clean, loose)])) == 1
    assert stage.policy() | {"paid": 5_600, "reserve": RESERVE - 5_600, "limit": LIMIT} == stage.policy()
    assert (stage.policy()["year"], stage.policy()["endDay"], stage.policy()["ranks"]) == (stage.year, 0, 0b011)
    assert stage.balance(stage.provider.address) == PAID
    assert stage.solvent()


def test_bytes_after_the_arguments_change_nothing(stage: Stage) -> None:
    """The evidence is handed on with all that follows it in calldata, and what follows is not looked at."""
    data = with_words(case(stage), []) + fixed("more") * 100
    assert send_raw(stage, data) == 1
    assert stage.balance(stage.provider.address) == PAID
    assert stage.policy()["paid"] == 5_600


def test_a_claim_shows_its_own_evidence_whoever_sends_it(stage: Stage) -> None:
    """A decision that lies open is sent by a stranger with evidence of another visit, or with more than the invoice lists."""
    made = case(stage)
    stage.send(stage.provider, made.submit())
    invoice, evidence, signed = made.arguments
    other = attested(stage, 2).argument(stage)
    for shown in ([other], [*evidence, other], [other, *evidence]):
        error = stage.refused(stage.stranger, stage.book.functions.decide(shown, signed, invoice))
        assert error.name == "Invoices_AttestationsMismatch"
    stage.send(stage.stranger, made.decide())


# -- Signers that act -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["practitioner", "engine"])
@pytest.mark.parametrize("act", ["the same claim", "another claim", "a withdrawal of its own attestation"])
def test_a_wallet_that_is_asked_for_its_signature_changes_nothing(stage: Stage, who: str, act: str) -> None:
    """The wallet signs only where its own act is refused, so a payment says that it was."""
    wallet = stage.deploy("mocks/ReentrantWallet")
    made, inner = case(stage), case(stage, 3, paid=700)
    inner.evidence = [attested(stage, 3, other=True)]
    if who == "practitioner":
        stage.send(stage.credentialer, stage.registry.functions.rotateKey(PRACTITIONER, wallet.address))
    else:
        stage.send(stage.insurer, stage.book.functions.setAdjudicator(wallet.address, True))
        made.approvals = [(wallet.address, b"")]
    for each in (made, inner):
        stage.send(stage.provider, each.submit())
    acts = {
        "the same claim": made.decide(),
        "another claim": inner.decide(),
        "a withdrawal of its own attestation": stage.registry.functions.revoke(PRACTITIONER, 1),
    }
    target = stage.registry if act.startswith("a withdrawal") else stage.book
    plan = wallet.functions.plan(target.address, acts[act]._encode_transaction_data())
    stage.send(stage.stranger, plan, gas=3_000_000)
    assert stage.force(stage.stranger, made.decide())["status"] == 1
    assert stage.balance(stage.provider.address) == PAID
    assert stage.policy()["paid"] == 5_600
    assert not stage.spent(3, practitioner=OTHER_PRACTITIONER)


def test_a_key_that_was_reported_stolen_withdraws_nothing(stage: Stage) -> None:
    """Else its thief burns every visit that the practitioner has signed, and no later key brings one back."""
    report, revoke = stage.registry.functions.reportCompromise, stage.registry.functions.revoke
    stage.send(stage.credentialer, report(PRACTITIONER, stage.today))
    error = stage.refused(stage.practitioner, revoke(PRACTITIONER, 1))
    assert (error.name, error.arguments) == ("Registry_KeyCompromised", (PRACTITIONER, stage.today))
    stage.send(stage.credentialer, stage.registry.functions.rotateKey(PRACTITIONER, key("new key").address))
    renewed = replace(attested(stage), signer=key("new key"))
    stage.send(stage.provider, Case(stage, [renewed]).settle())


def test_a_decision_of_an_engine_that_was_removed_is_not_sent_by_anybody(stage: Stage) -> None:
    made = case(stage)
    stage.send(stage.provider, made.submit())
    decide, settle = made.decide(), case(stage, 2).settle()
    stage.send(stage.insurer, stage.book.functions.setAdjudicator(stage.adjudicators[0].address, False))
    for sender, call in ((stage.stranger, decide), (stage.provider, settle)):
        assert stage.refused(sender, call).name == "Claims_AdjudicatorUnknown"


def test_a_large_payment_is_not_split_over_one_signature_twice(stage: Stage) -> None:
    """The same approval twice, and an approval beside a stranger's, are no quorum."""
    engine = stage.adjudicators[0]
    made = case(stage, billed=QUORUM_ABOVE + 9_000, paid=QUORUM_ABOVE + 1, signers=(engine,))
    made.decision, made.header = {"patient": 0}, {"deadline": stage.now + 86_400}
    ((address, signature),) = made.signed_decision[-1]
    assert stage.refused(stage.provider, made.settle()).name == "Claims_QuorumMissing"
    made.approvals = [(address, signature)] * 2
    assert stage.refused(stage.provider, made.settle()).name == "Claims_ApprovalsUnordered"
    twin = (stage.adjudicators[1].address, signature)
    made.approvals = sorted([(address, signature), twin], key=lambda item: item[0].lower())
    assert stage.refused(stage.provider, made.settle()).name == "Claims_SignatureInvalid"


# -- Listing -----------------------------------------------------------------------------------------------------------


def test_a_book_taken_off_the_list_keeps_its_claims_waiting_and_burns_nothing(stage: Stage) -> None:
    made = case(stage)
    stage.send(stage.provider, made.submit())
    listing = stage.registry.functions.listBook
    stage.send(stage.credentialer, listing(stage.book.address, False))
    assert stage.refused(stage.stranger, made.decide()).name == "Registry_BookNotListed"
    stage.send(stage.credentialer, listing(stage.book.address, True))
    stage.send(stage.stranger, made.decide())
    assert stage.balance(stage.provider.address) == PAID


def test_a_listed_book_that_turned_bad_moves_no_money_and_burns_one_rank(stage: Stage) -> None:
    stage.send(stage.credentialer, stage.registry.functions.listBook(stage.stranger.address, True))
    item = attested(stage).argument(stage)
    consume = stage.registry.functions.consumeEvidence
    assert stage.refused(stage.stranger, consume([item], stage.stranger.address, PRIMARY)).name == (
        "Registry_ProviderUnknown"
    )
    stage.send(stage.stranger, consume([item], stage.provider.address, PRIMARY))
    assert stage.balance(stage.provider.address) == stage.balance(stage.stranger.address) == 0
    stage.send(stage.provider, case(stage, invoice={"rank": SECONDARY}).settle())


# -- The insurer, and the money that is not its own --------------------------------------------------------------------


def test_no_act_of_the_insurer_frees_a_reserve_before_its_run_out(stage: Stage) -> None:
    policies = stage.book.functions
    stage.send(stage.insurer, policies.cancelPolicy(POLICY, stage.today))
    stage.travel((RUN_OUT_DAYS - 1) * 86_400)
    assert stage.refused(stage.insurer, policies.releaseReserve(POLICY)).name == "Policies_RunOutOpen"
    assert stage.refused(stage.insurer, policies.cancelPolicy(POLICY, stage.today)).name == "Policies_NotActive"
    assert stage.refused(stage.insurer, policies.issuePolicy(POLICY, stage.year, 1, 0, 1)).name == "Policies_Exists"
    surplus = stage.totals()["surplus"]
    more = policies.withdrawSurplus(stage.insurer.address, (surplus + 1) * UNITS_PER_CENT)
    assert stage.refused(stage.insurer, more).name == "Treasury_SurplusShort"
    stage.send(stage.provider, case(stage).settle())


def test_a_reserve_is_freed_once(stage: Stage) -> None:
    stage.send(stage.insurer, stage.book.functions.cancelPolicy(POLICY, stage.today))
    stage.travel(RUN_OUT_DAYS * 86_400)
    for _ in range(2):
        stage.send(stage.insurer, stage.book.functions.releaseReserve(POLICY))
        assert stage.totals()["reserved"] == 0
    assert stage.refused(stage.provider, case(stage).settle()).name == "Policies_ReserveExceeded"


def test_the_offices_cannot_be_left_empty(stage: Stage) -> None:
    """With nobody there, no stolen key is reported, no engine removed and no reserve given back."""
    for office, contract, name in (
        (stage.credentialer, stage.registry, "Registry_OwnerNeeded"),
        (stage.insurer, stage.book, "Treasury_OwnerNeeded"),
    ):
        assert stage.refused(office, contract.functions.renounceOwnership()).name == name
        assert stage.refused(stage.stranger, contract.functions.renounceOwnership()).name == (
            "OwnableUnauthorizedAccount"
        )
        assert contract.functions.owner().call() == office.address


# -- Strangers ---------------------------------------------------------------------------------------------------------


def test_a_gift_beyond_counting_stops_no_answer(stage: Stage) -> None:
    """Anybody can mint a test dollar; the book must still say whose its money is."""
    stage.send(stage.stranger, stage.token.functions.mint(stage.book.address, 2**64 * UNITS_PER_CENT))
    assert stage.totals() | {"reserved": 2**64 - 1} == stage.totals()
    stage.send(stage.provider, case(stage).settle())


def test_who_is_not_enrolled_presents_no_claim(stage: Stage) -> None:
    """Else anybody opens claims on anybody's policy, with visits that nobody signed."""
    item = Attested(PRACTITIONER, stage.practitioner, attested(stage).fields | {"provider": stage.stranger.address})
    made = Case(stage, [item], invoice={"provider": stage.stranger.address})
    error = stage.refused(stage.stranger, made.submit())
    assert error.name == "Registry_ProviderUnknown"
    assert to_checksum_address(error.arguments[0]) == stage.stranger.address


@pytest.mark.parametrize("outcome", [APPROVED, DENIED, PENDED])
def test_nobody_decides_anothers_claim_with_his_own_decision(stage: Stage, outcome: int) -> None:
    """A decision on one claim, sent for another one that waits."""
    mine, other = case(stage, 1), case(stage, 2)
    for made in (mine, other):
        stage.send(stage.provider, made.submit())
    terms = {"outcome": outcome} | ({} if outcome == APPROVED else {"paid": 0})
    signed = replace(mine, decision=terms).signed_decision
    invoice, evidence, _ = other.arguments
    shown = evidence if outcome == APPROVED else []
    error = stage.refused(stage.stranger, stage.book.functions.decide(shown, signed, invoice))
    assert (error.name, error.arguments) == ("Claims_InvoiceMismatch", (mine.claim, other.claim))
