"""276s answered: where each claim stands, told to whoever billed or rendered it and to nobody else."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.model.claim import Claim, Line
from claims.model.decision import DENIED, PAID, PENDED, Adjustment, Decision, LineDecision, TraceEntry
from claims.model.money import ZERO, Money
from claims.model.party import Payer, Person, Provider
from claims.service.claim_status_inquiry import Inquired, inquire
from claims.service.errors import FileRejected, UsageError
from claims.service.status_codes import of_claim, of_line
from claims.store.rows import StoredClaim, StoredDecision
from tests.formats.x12.inquiries import outline, segments_of, wrapped
from tests.service.parties import Parties

NOON = 1_776_000_000


def bill(
    number: str,
    provider: str,
    patient: Person,
    member: str,
    charge: int,
    begins: date,
    ends: date | None = None,
    *,
    subscriber: Person | None = None,
    code: str = "99203",
) -> Claim:
    line = Line(1, code, Money(charge), Decimal(1), begins, ends or begins, "11")
    return Claim(
        number=number,
        charge=Money(charge),
        lines=(line,),
        billing=Provider(provider, "ANY HOSPITAL"),
        payer=Payer("ABC", "12345"),
        subscriber=subscriber or patient,
        patient=patient,
        member_number=member,
        relationship="19" if subscriber else "18",
        received=begins,
    )


def decided(claim: Claim, status: str, *, paid: int = 0, reason: str = "27", edit: str = "evidence") -> Decision:
    adjustments = (Adjustment("PR", reason, claim.charge),) if status == DENIED else ()
    allowed = Money(paid) if status == PAID else ZERO
    line = claim.lines[0]
    return Decision(
        claim=claim.number,
        status=status,
        charge=claim.charge,
        allowed=allowed,
        paid=Money(paid),
        patient=ZERO,
        lines=(LineDecision(1, line.procedure, (), line.charge, allowed, Money(paid), adjustments),),
        trace=(TraceEntry(edit, None, "pend" if status == PENDED else "pass", "because"),),
        rule_pack=bytes(32),
    )


def keep(local: Parties, control_number: str, claim: Claim, decision: Decision | None) -> None:
    with local.payer.store.unit_of_work() as work:
        status = "presented" if decision is None else decision.status
        work.claims.add(StoredClaim(control_number, claim, "00" * 32, claim.received, status, recorded_at=NOON))
        if decision is not None:
            work.decisions.add(StoredDecision(control_number, 1, decision, NOON, "{}"))


FRED = Person("SMITH", "FRED", birth_date=date(1930, 12, 10))
MARY = Person("JONES", "MARY", birth_date=date(1930, 11, 15))
JOSEPH, JOHN = Person("MANN", "JOSEPH", birth_date=date(1995, 11, 1)), Person("MANN", "JOHN")


def shared_claims() -> dict[str, tuple[Claim, Decision]]:
    fred = bill("SM123456", "1666666661", FRED, "123456789A", 851_388, date(2005, 8, 31), date(2005, 9, 6))
    mary = bill("J0234567", "1666666661", MARY, "234567890A", 759_900, date(2005, 7, 31), date(2005, 8, 9))
    joseph = bill("MA345678", "166666666", JOSEPH, "345678901", 15_000, date(2005, 5, 1), subscriber=JOHN)
    drug = bill("RX-1", "1666666662", FRED, "123456789A", 8_500, date(2006, 3, 1), code="00071015523")
    return {
        "05347006051": (fred, decided(fred, PENDED)),
        "0529675341": (mary, decided(mary, PAID, paid=759_900)),
        "051681010827": (joseph, decided(joseph, DENIED)),
        "05347006052": (drug, decided(drug, DENIED, reason="96")),
    }


def answered(local: Parties, file: Path) -> Inquired:
    return inquire(local.payer, file, local.folder / "out")


def statuses(done: Inquired) -> list[tuple[str, str, str]]:
    return [(claim.trace, claim.payer_control_number, str(claim.status)) for claim in done.claims]


class TestSharedFiles:
    @pytest.fixture
    def folders(self, local: Parties, shared: Path) -> tuple[Path, Path]:
        for control_number, (claim, decision) in shared_claims().items():
            keep(local, control_number, claim, decision)
        return shared / "x12" / "276_005010X212", shared / "x12" / "277_005010X212"

    @pytest.mark.parametrize("name", ["claim-level-status", "claim-level-status-ncpdp", "provider-level-status"])
    def test_the_answer_is_laid_out_as_theirs(self, local: Parties, folders: tuple[Path, Path], name: str) -> None:
        asked, theirs = (folder / f"{name}.27{digit}" for folder, digit in zip(folders, "67", strict=True))
        ours = answered(local, asked).path.read_bytes()
        if name == "claim-level-status-ncpdp":
            # The prescription's claim has a provider's number here, which theirs does not know.
            assert [s for s in outline(ours) if s != ("REF", "EJ")] == outline(theirs.read_bytes())
        else:
            assert outline(ours) == outline(theirs.read_bytes())

    def test_each_claim_is_told_under_both_its_numbers(self, local: Parties, folders: tuple[Path, Path]) -> None:
        done = answered(local, folders[0] / "claim-level-status.276")
        assert statuses(done) == [
            ("ABCXYZ1", "05347006051", "P3:294"),
            ("ABCXYZ2", "0529675341", "F0:3"),
            ("ABCXYZ3", "051681010827", "F2:88:QC"),
        ]
        segments = segments_of(done.path.read_bytes())
        theirs = segments_of((folders[1] / "claim-level-status.277").read_bytes())
        for identifier, qualifier in (("REF", "1K"), ("REF", "EJ"), ("REF", "BLT"), ("DTP", "472"), ("NM1", "QC")):
            assert [s for s in segments if s[:2] == [identifier, qualifier]] == [
                s for s in theirs if s[:2] == [identifier, qualifier]
            ]
        categories, amounts = zip(*((s[1].split(":")[0], s[4:6]) for s in segments if s[0] == "STC"), strict=True)
        assert categories == tuple(s[1].split(":")[0] for s in theirs if s[0] == "STC")
        assert amounts[:3] == (["8513.88"], ["7599.00", "7599.00"], ["150.00", "0.00"])

    def test_a_claim_without_a_number_is_found_by_day_and_charge(
        self, local: Parties, folders: tuple[Path, Path]
    ) -> None:
        done = answered(local, folders[0] / "claim-level-status-ncpdp.276")
        assert statuses(done) == [("ABCXYZ1", "05347006052", "F2:585")]

    def test_a_provider_whom_the_payer_does_not_know_is_answered_at_its_level(
        self, local: Parties, folders: tuple[Path, Path]
    ) -> None:
        done = answered(local, folders[0] / "provider-level-status.276")
        assert statuses(done) == [("ABCXYZ1", "05347006051", "P3:294")]
        assert [str(status) for status in done.refused] == ["E0:26:1P"]

    def test_who_names_no_provider_is_answered_at_the_receiver_s_level(
        self, local: Parties, folders: tuple[Path, Path]
    ) -> None:
        whole = (folders[0] / "information-receiver-level-status.276").read_bytes()
        file = local.folder / "cut.276"
        body = segments_of(whole)[1:-1]
        file.write_bytes(wrapped("276", "\n".join("*".join(s) for s in body[:5])))
        done = answered(local, file)
        theirs = (folders[1] / "information-receiver-level-status.277").read_bytes()
        assert outline(done.path.read_bytes()) == outline(theirs)
        assert ["TRN", "2", "ABC276XXX"] in segments_of(done.path.read_bytes())

    def test_the_whole_of_it_finds_the_claim(self, local: Parties, folders: tuple[Path, Path]) -> None:
        done = answered(local, folders[0] / "information-receiver-level-status.276")
        assert statuses(done) == [("ABCXYZ1", "05347006051", "P3:294")]


BODY = """
BHT*0010*13*ASK-9*20260502*0915
HL*1**20*1
NM1*PR*2*NORTHGATE HEALTH FUND*****PI*NGHF1
HL*2*1*21*1
NM1*41*2*CLEARWAY*****46*CW9
HL*3*2*19*1
NM1*1P*2*ELM COURT CLINIC*****XX*2460913785
HL*4*3*22*0
DMG*D8*19790314*M
NM1*IL*1*HALLAM*BRYCE****MI*NG0081274
TRN*1*A-1
REF*EJ*EC-1044
AMT*T3*175
DTP*472*D8*20260413
SVC*HC:99213*95*****1
REF*FJ*L-1
DTP*472*D8*20260413
SVC*HC:99499*10*****1
DTP*472*D8*20260413
"""


def ask(local: Parties, body: str = BODY) -> Inquired:
    file = local.folder / "ask.276"
    file.write_bytes(wrapped("276", body))
    return answered(local, file)


def test_a_claim_from_its_receipt_to_its_payment(local: Parties) -> None:
    """Waiting for evidence, decided, paid on the chain, told of in an 835: each is said as it is."""
    assert statuses(ask(local)) == [("A-1", "", "A4:35")]
    local.hand_over()
    local.adjudicate(evidence=False)
    ((_, control_number, waiting),) = statuses(ask(local))
    assert waiting == "P3:294"
    local.adjudicate()
    (claim,) = ask(local).claims
    assert (str(claim.status), claim.paid, claim.paid_on) == ("F0:3", Money(17_500), None)
    local.settle()
    local.remit()
    done = ask(local)
    (claim,) = done.claims
    assert (str(claim.status), claim.charge, claim.paid) == ("F1:65", Money(17_500), Money(17_500))
    assert claim.payer_control_number == control_number
    assert claim.paid_on is not None
    assert len(claim.remittance) == 48
    assert [(str(line.status), line.charge, line.paid) for line in claim.lines] == [
        ("F1:65", Money(9_500), Money(9_500)),
        ("A4:35", Money(1_000), ZERO),
    ]
    segments = segments_of(done.path.read_bytes())
    assert ["REF", "EJ", "EC-1044"] in segments
    assert ["REF", "FJ", "L-1"] in segments
    assert segments[-1][1] == str(len(segments))
    assert done.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("REF*EJ*EC-1044", "REF*EJ*EC-1045"),
        ("REF*EJ*EC-1044", "REF*1K*P-NONE"),
        ("HALLAM*BRYCE", "HALLAM*WREN"),
        ("HALLAM*BRYCE", "OSGOOD*BRYCE"),
        ("NG0081274", "NG0081275"),
        ("19790314", "19790315"),
        ("REF*EJ*EC-1044\nAMT*T3*175\nDTP*472*D8*20260413", "AMT*T3*174\nDTP*472*D8*20260413"),
        ("REF*EJ*EC-1044\nAMT*T3*175\nDTP*472*D8*20260413", "AMT*T3*175\nDTP*472*D8*20260414"),
        ("REF*EJ*EC-1044\nAMT*T3*175\nDTP*472*D8*20260413", "AMT*T3*175"),
    ],
)
def test_what_does_not_fit_is_not_found(local: Parties, old: str, new: str) -> None:
    local.decided()
    assert old in BODY
    assert statuses(ask(local, BODY.replace(old, new, 1))) == [("A-1", "", "A4:35")]


def test_another_provider_learns_nothing_of_a_claim(local: Parties) -> None:
    local.decided()
    done = ask(local, BODY.replace("2460913785", "1234567893"))
    assert list(done.claims) == []
    assert [str(status) for status in done.refused] == ["E0:26:1P"]
    assert b"99213" not in done.path.read_bytes()


def test_who_rendered_a_claim_may_ask_for_it(local: Parties) -> None:
    local.decided()
    ((_, control_number, _),) = statuses(ask(local, BODY.replace("2460913785", "2835174600")))
    assert control_number


def test_two_claims_of_one_number_are_both_told(local: Parties) -> None:
    for control_number in ("P-1", "P-2"):
        claim = bill("EC-1044", "2460913785", Person("HALLAM", "BRYCE"), "NG0081274", 17_500, date(2026, 4, 13))
        keep(local, control_number, claim, None)
    assert statuses(ask(local)) == [("A-1", "P-1", "P1:45"), ("A-1", "P-2", "P1:45")]


CLAIM = bill("EC-1", "2460913785", FRED, "1", 10_000, date(2026, 4, 13))


@pytest.mark.parametrize(
    ("decision", "paid_on_chain", "superseded", "status"),
    [
        (decided(CLAIM, PENDED), False, False, "P3:294"),
        (decided(CLAIM, PENDED, edit="price"), False, False, "P2:46"),
        (decided(CLAIM, PAID, paid=8_000), False, False, "F0:3"),
        (decided(CLAIM, PAID, paid=8_000), True, False, "F1:65"),
        (decided(CLAIM, PAID), True, False, "F0:104"),
        (decided(CLAIM, PAID, paid=8_000), True, True, "F3:1"),
        (decided(CLAIM, "reversed"), False, False, "F3:101"),
        (decided(CLAIM, DENIED, reason="18"), False, False, "F2:54"),
        (decided(CLAIM, DENIED, reason="26"), False, False, "F2:88:QC"),
        (decided(CLAIM, DENIED, reason="29"), False, False, "F2:718"),
        (decided(CLAIM, DENIED, reason="31"), False, False, "F2:33"),
        (decided(CLAIM, DENIED, reason="B7"), False, False, "F2:91:85"),
        (decided(CLAIM, DENIED, reason="197"), False, False, "F2:84"),
        (decided(CLAIM, DENIED, reason="252"), False, False, "F2:294"),
        (decided(CLAIM, DENIED, reason="96"), False, False, "F2:585"),
    ],
)
def test_what_is_said_of_a_decision(decision: Decision, paid_on_chain: bool, superseded: bool, status: str) -> None:
    assert str(of_claim(decision, paid_on_chain=paid_on_chain, superseded=superseded)) == status


def test_a_denied_line_of_a_paid_claim_is_denied() -> None:
    paid = decided(CLAIM, PAID, paid=8_000)
    denied: Sequence[LineDecision] = decided(CLAIM, DENIED, reason="18").lines
    claim = of_claim(paid, paid_on_chain=True)
    assert str(of_line(denied[0], paid, claim)) == "F2:54"
    assert str(of_line(paid.lines[0], paid, claim)) == "F1:65"


def test_a_bad_file_is_rejected_and_nothing_is_written(local: Parties) -> None:
    with pytest.raises(FileRejected, match="nothing was answered") as refusal:
        ask(local, BODY.replace("D8*20260413", "D8*20260432", 1))
    assert "HALLAM" not in str(refusal.value)
    assert not (local.folder / "out").exists()


def test_a_provider_s_home_answers_nobody(local: Parties) -> None:
    with pytest.raises(UsageError, match="payer's"):
        inquire(local.clinic, local.claim, local.folder / "out")
