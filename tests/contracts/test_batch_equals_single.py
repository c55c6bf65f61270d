"""A batch leaves the same balances as the same claims one by one.

A program of claims and changes of state is run twice from one state: each claim settled by its provider, refusals caught; and
in batches, each signed batch sent in parts. Afterwards every balance, policy, bit, debt and credit is the same, and so is what
the events tell in sum.

One difference is meant and kept out here: what a payment's netting gives back to a policy can be drawn by the next payment,
which for the claims of one batch is after it. Claims are decided anew on policies that have room.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.chain import artefacts
from tests.contracts.batches import GAS, Anchor, Batch, claim, enrol, issue, paid_claims, shift
from tests.contracts.support import (
    OTHER_PRACTITIONER,
    POLICY,
    PRACTITIONER,
    Attested,
    Case,
    Stage,
    attested,
    events,
    fixed,
)

pytestmark = pytest.mark.slow

EXAMPLES = 25
TIGHT, NARROW_RESERVE, LAST_YEAR, UNKNOWN = 71, 72, 73, 4_711
SEQUENCES = ((1, 0), (2, 0), (3, 0), (63, 0), (64, 0), (65, 200), (66, 0), (1 << 32 | 1, 0))
"""Of each shift: sequence and what it supersedes, which nobody claims."""
ENTANGLED = ((1, 0), (2, 1), (3, 2), (63, 64), (64, 0), (65, 63), (66, 3), (1 << 32 | 1, 66))
"""Visits that supersede one another within a shift."""
PARTS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"paid": 0},
    {"otherPayer": 700},
    {"rank": 1},
    {"rank": 2},
    {"paid": 3_000, "policy": TIGHT},
    {"paid": 4_000, "policy": TIGHT},
    {"paid": 2_500, "policy": NARROW_RESERVE},
    {"policy": LAST_YEAR},
    {"policy": UNKNOWN},
    {"allowed": 5_599},
    {"billed": 7_999},
    {"paid": 100_001, "billed": 200_000},
    {"paid": 300_001, "billed": 400_000},
)


WORDS = sorted({n >> 6 for pair in (*SEQUENCES, *ENTANGLED) for n in pair if n})


@cache
def bits_slot() -> int:
    """Where the registry keeps the bits, by the compiler."""
    layout = json.loads((artefacts.FOLDER / "Registry.json").read_text())["storageLayout"]
    return next(int(variable["slot"]) for variable in layout if variable["label"] == "_bits")


def bits(stage: Stage, practitioner: int, word: int) -> str:
    """A word of bits as it is stored: each rank of 64 visits, and what was withdrawn."""
    words = keccak(encode(["uint256", "uint256"], [practitioner, bits_slot()]))
    slot = keccak(encode(["uint256", "bytes32"], [word, words]))
    return str(stage.web3.eth.get_storage_at(stage.registry.address, int.from_bytes(slot, "big")).hex())


@dataclass(frozen=True)
class Drawn:
    """A claim of a program: whose, of which visits (practitioner and place in the shift), on what terms."""

    provider: int
    visits: tuple[tuple[bool, int], ...]
    parts: int


drawn_claims = st.builds(
    Drawn,
    st.integers(0, 1),
    st.one_of(
        st.tuples(st.tuples(st.booleans(), st.integers(0, 7))),
        st.lists(st.tuples(st.booleans(), st.integers(0, 7)), min_size=2, max_size=3, unique=True).map(tuple),
    ),
    st.integers(0, len(PARTS) - 1),
)
settlements = st.tuples(
    st.just("settle"),
    st.lists(drawn_claims, min_size=1, max_size=6, unique=True),
    st.lists(st.integers(1, 7), max_size=2),
    st.booleans(),
)
changes = st.one_of(
    st.tuples(st.just("revoke"), st.booleans(), st.integers(0, 7)),
    st.tuples(st.just("suspend"), st.booleans(), st.booleans()),
    st.tuples(st.just("suspend provider"), st.integers(0, 1), st.booleans()),
    st.tuples(st.just("refuse"), st.integers(0, 1), st.integers(0, 5)),
    st.tuples(st.just("raise"), st.sampled_from([TIGHT, NARROW_RESERVE]), st.integers(1, 5_000)),
    st.tuples(st.just("decide anew"), st.integers(0, 40), st.sampled_from([0, 1_000, 4_000, 7_000])),
    st.tuples(st.just("decide anew"), st.integers(0, 40), st.sampled_from([0, 1_000, 4_000, 7_000])),
    st.tuples(st.just("submit"), drawn_claims),
    st.tuples(st.just("withdraw"), st.integers(0, 1)),
)
programs = st.lists(st.one_of(settlements, settlements, changes), min_size=2, max_size=6)


@dataclass
class World:
    """A book, two providers, and the shifts of two practitioners for each."""

    stage: Stage
    providers: list[LocalAccount]
    shifts: dict[tuple[int, bool], list[Attested]]

    def claim(self, drawn: Drawn) -> Case:
        evidence = [self.shifts[drawn.provider, other][place] for other, place in drawn.visits]
        return claim(self.stage, *evidence, provider=self.providers[drawn.provider], **PARTS[drawn.parts])

    def picture(self) -> dict[str, Any]:
        """All that both ways have to leave alike."""
        stage, asked = self.stage, self.stage.book.functions
        found: dict[str, Any] = {
            f"policy {policy}": asked.policyOf(policy).call() for policy in (POLICY, TIGHT, NARROW_RESERVE, LAST_YEAR)
        }
        for number, provider in enumerate(self.providers):
            queue = asked.debtsOf(provider.address).call()
            debts = [tuple(asked.debtOf(provider.address, n).call()) for n in range(queue[0], queue[1])]
            found[f"debts {number}"] = (queue, debts)
            found[f"credit {number}"] = asked.creditOf(provider.address).call()
            found[f"balance {number}"] = stage.balance(provider.address)
            found[f"registry {number}"] = stage.registry.functions.providerOf(provider.address).call()
        found["totals"] = stage.totals()
        found["book"] = stage.balance(stage.book.address)
        found["bits"] = [bits(stage, number, word) for number in (PRACTITIONER, OTHER_PRACTITIONER) for word in WORDS]
        return found


@dataclass
class Run:
    """One way through a program."""

    world: World
    batched: bool
    paid: list[Case] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)
    rolls: int = 0

    def send(self, sender: LocalAccount, call: Any, gas: int = 3_000_000) -> Any:
        """A receipt, of whatever status; what its events tell is added up."""
        stage = self.world.stage
        receipt = stage.force(sender, call, gas)
        for name, amount in (("DebtNetted", "amount"), ("PaymentCredited", "amount"), ("DebtOpened", "amount")):
            for event in events(stage.book, receipt, name):
                who = event.get("provider") or event.get("payee")
                self.sums[f"{name} {who}"] += event[amount]
        for name in ("ClaimPaid", "BatchPaid"):
            for event in events(stage.book, receipt, name):
                self.sums[f"paid {event['provider']}"] += event["paid"]
        return receipt

    def settle(self, drawn: list[Drawn], cuts: list[int], several: bool) -> None:
        world, stage = self.world, self.world.stage
        rolls = []
        for number, provider in enumerate(world.providers):
            claims = [world.claim(each) for each in drawn if each.provider == number]
            parts = [claims[:1], claims[1:]] if several else [claims]
            for part in filter(None, parts):
                self.rolls += 1
                rolls.append(Anchor(stage, provider, part, nonce=self.rolls))
                assert self.send(provider, rolls[-1].call())["status"] == 1
        made = Batch(stage, rolls, header={"batch": fixed(f"batch {self.rolls}")})
        if not self.batched:
            for each in made.claims:
                sender = next(p for p in world.providers if p.address == each.invoice_message["provider"])
                if self.send(sender, each.settle())["status"] == 1:
                    self.paid.append(each)
            return
        edges = sorted({0, len(made.claims), *(cut for cut in cuts if cut < len(made.claims))})
        for start, end in pairwise(edges):
            without = [each for n, each in enumerate(made.claims) if not start <= n < end]
            receipt = self.send(stage.stranger, made.call(without), GAS)
            assert receipt["status"] == 1
            skipped = {event["index"] for event in events(stage.book, receipt, "Skipped")}
            told = {
                n for event in events(stage.book, receipt, "BatchPaid") for n, _ in paid_claims(stage, receipt, event)
            }
            assert told | skipped == set(range(end - start))
            assert not told & skipped
            self.paid += [made.claims[start + n] for n in sorted(told)]

    def change(self, act: str, *what: Any) -> None:
        world, stage = self.world, self.world.stage
        registry, book = stage.registry.functions, stage.book.functions
        if act == "revoke":
            other, place = what
            signer = stage.other_practitioner if other else stage.practitioner
            sequence = world.shifts[0, other][place].fields["sequence"]
            self.send(signer, registry.revoke(OTHER_PRACTITIONER if other else PRACTITIONER, sequence))
        elif act == "suspend":
            practitioner = OTHER_PRACTITIONER if what[0] else PRACTITIONER
            self.send(stage.credentialer, registry.suspendPractitioner(practitioner, what[1]))
        elif act == "suspend provider":
            self.send(stage.credentialer, registry.suspendProvider(world.providers[what[0]].address, what[1]))
        elif act == "refuse":
            self.send(stage.stranger, stage.token.functions.blacklist(world.providers[what[0]].address, what[1]))
        elif act == "raise":
            self.send(stage.insurer, book.raiseReserve(*what))
        elif act == "withdraw":
            self.send(world.providers[what[0]], book.withdrawCredit(stage.stranger.address))
        elif act == "submit":
            self.send(world.providers[what[0].provider], world.claim(what[0]).submit())
        elif self.paid:
            made = self.paid[what[0] % len(self.paid)]
            if made.invoice_message["policy"] == POLICY:
                revision = max(1, stage.claim(made.claim)["revision"]) + 1
                self.send(stage.stranger, made.revise(made.revised(what[1], revision)))

    def through(self, program: list[Any]) -> tuple[dict[str, Any], Counter[str], list[bytes]]:
        with self.world.stage.undone():
            for act, *what in program:
                if act == "settle":
                    self.settle(*what)
                else:
                    self.change(act, *what)
            return self.world.picture(), self.sums, [each.claim for each in self.paid]


def world(shared: Stage, sequences: tuple[tuple[int, int], ...]) -> World:
    stage = shared.with_token("mocks/BlacklistToken")
    providers = [stage.provider, enrol(stage, "second provider", 502)]
    issue(stage, TIGHT, limit=9_000, reserve=6_000)
    issue(stage, NARROW_RESERVE, reserve=4_000)
    issue(stage, LAST_YEAR, year=stage.year - 1)
    shifts = {
        (number, other): shift(
            stage,
            *(
                attested(stage, sequence, other, provider=provider.address, supersedes=supersedes)
                for sequence, supersedes in sequences
            ),
        )
        for number, provider in enumerate(providers)
        for other in (False, True)
    }
    return World(stage, providers, shifts)


def disentangled(program: list[Any]) -> list[Any]:
    """Without claims of several that share a visit in one step."""
    kept: list[Any] = []
    for act, *what in program:
        if act != "settle":
            kept.append((act, *what))
            continue
        seen: set[Any] = set()
        claims = []
        for drawn in what[0]:
            keys = {(drawn.provider, *visit) for visit in drawn.visits} if len(drawn.visits) > 1 else set()
            if not keys & seen:
                claims.append(drawn)
                seen |= keys
        kept.append((act, claims, *what[1:]))
    return kept


@pytest.mark.parametrize("entangled", [False, True], ids=["visits of their own", "visits that touch one another"])
def test_a_batch_leaves_what_the_claims_alone_leave(shared_stage: Stage, entangled: bool) -> None:
    with shared_stage.undone():
        both = world(shared_stage, ENTANGLED if entangled else SEQUENCES)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
            report_multiple_bugs=False,
        )
        @given(programs)
        def alike(program: list[Any]) -> None:
            steps = program if entangled else disentangled(program)
            alone, together = (Run(both, batched).through(steps) for batched in (False, True))
            assert together[2] == alone[2]
            assert together[1] == alone[1]
            assert together[0] == alone[0]

        alike()
