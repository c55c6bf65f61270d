"""A 277CA answers every claim of an accepted transaction set by its own number, and its guide accepts it."""

from collections.abc import Callable
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.formats.x12.claim_acknowledgement import write_277ca
from claims.formats.x12.envelope import read_envelope
from claims.formats.x12.guide import CONTROL_MAP, GUIDES, check_header, check_transaction
from claims.formats.x12.intake import read_submission
from tests.formats.x12.conftest import FIXTURES

Change = Callable[[str, str], bytes]
CREATED = datetime(2026, 3, 12, 11, 0)  # noqa: DTZ001 - an ISA carries local time without a zone


def answer(data: bytes, *payer_numbers: str) -> list[str]:
    submission = read_submission(data, strict_npi=True)
    text = write_277ca(submission, created=CREATED, control_number=7, payer_numbers=payer_numbers)
    assert not text or guide_errors(text) == []
    return text.decode().split("~\n")[:-1]


def guide_errors(text: bytes) -> list[str]:
    """What the 277CA's own guide says of what was written, with the counts of the envelope."""
    _, known, map_name = GUIDES[("HN", "005010X214")]
    interchanges, unread = read_envelope(text)
    errors = list(unread)
    for received in interchanges:
        errors += received.errors + check_header(received.header, "/ISA_LOOP/ISA", CONTROL_MAP, "interchange")
        for group in received.groups:
            errors += group.errors + check_header(group.header, "/ISA_LOOP/GS_LOOP/GS", map_name, "group", known)
            for transaction in group.transactions:
                errors += transaction.errors + check_transaction(transaction.segments, map_name, known)[0]
    return [error.message for error in errors]


def test_every_accepted_claim_is_named_under_its_provider_and_patient(families: bytes) -> None:
    rows = answer(families, "P1", "P2", "P3", "P4")
    assert rows[:14] == [
        "ISA*00*          *00*          *ZZ*MERIDIANHEALTH *ZZ*HILLTOPBILLING *260312*1100*^*00501*000000007*0*T*:",
        "GS*HN*MERIDIAN*HILLTOP*20260312*1100*1*X*005010X214",
        "ST*277*0001*005010X214",
        "BHT*0085*08*BATCH-11*20260312*1100*TH",
        "HL*1**20*1",
        "NM1*PR*2*MERIDIAN HEALTH*****46*MERIDIAN",
        "TRN*1*000000007",
        "DTP*050*D8*20260312",
        "DTP*009*D8*20260312",
        "HL*2*1*21*1",
        "NM1*41*2*HILLTOP BILLING*****46*HILLTOP",
        "TRN*2*BATCH-11",
        "STC*A1:19:PR*20260312*WQ*295.50",
        "QTY*90*3",
    ]
    first = rows.index("TRN*2*HILL-1")
    assert rows[first - 2 : first + 5] == [
        "HL*4*3*PT",
        "NM1*QC*1*ALDER*QUINN*T**JR*MI*MEM0001",
        "TRN*2*HILL-1",
        "STC*A2:20:PR*20260312*WQ*180.50",
        "REF*1K*P1",
        "REF*D9*CLEAR-0001",
        "DTP*472*RD8*20260302-20260304",
    ]
    assert [row for row in rows if row.startswith("REF*1K")] == ["REF*1K*P1", "REF*1K*P2", "REF*1K*P3", "REF*1K*P4"]


def test_an_encounter_report_is_received_and_not_adjudicated(families: bytes) -> None:
    rows = answer(families)
    assert rows[rows.index("TRN*2*SOLO-1") + 1] == "STC*A1:19:PR*20260312*WQ*30.00"


def test_a_rejected_claim_has_a_status_for_each_cause_with_the_place_in_words(change: Change) -> None:
    rows = answer(change("CLM*HILL-1*180.50", "CLM*HILL-1*180.51").replace(b"XX*1400000034", b"XX*1400000035"), "P2")
    first = rows.index("TRN*2*HILL-1")
    assert rows[first + 1 : first + 3] == [
        "STC*A7:400*20260312*U*180.51********CLM02 is 180.51 and the lines add up to 180.50",
        "STC*A7:562:82*20260312*U*180.51********NM109 in loop 2310B is not an NPI its check digit is wrong",
    ]
    assert rows[rows.index("TRN*2*HILL-2") + 2] == "REF*1K*P2"


def test_counts_and_amounts_of_what_was_accepted_and_what_was_not(change: Change) -> None:
    rows = answer(change("CLM*HILL-1*180.50", "CLM*HILL-1*180.51"))
    totals = [row for row in rows if row.startswith(("QTY", "AMT"))]
    assert totals[:8] == [
        "QTY*90*2",
        "QTY*AA*1",
        "AMT*YU*115.00",
        "AMT*YY*180.51",
        "QTY*QA*2",
        "QTY*QC*1",
        "AMT*YU*115.00",
        "AMT*YY*180.51",
    ]


def test_an_institutional_claim_tells_its_bill_and_its_statement() -> None:
    rows = answer((FIXTURES / "inpatient.837").read_bytes())
    first = rows.index("TRN*2*STAY-2")
    assert rows[first + 1 : first + 4] == [
        "STC*A2:20:PR*20260312*WQ*4100.00",
        "REF*BLT*112",
        "DTP*472*RD8*20260408-20260411",
    ]


def test_a_claim_whose_charge_and_dates_cannot_be_read_is_still_answered(change: Change) -> None:
    data = change("CLM*HILL-2*75", "CLM*HILL-2*75.001").replace(
        b"DTP*472*D8*20260305", b"DTP*472*RD8*20260305-20260304"
    )
    rows = answer(data)
    first = rows.index("TRN*2*HILL-2")
    assert "STC*A7:178*20260312*U*0.00********the charge in CLM02 has more than two decimals" in rows[first:]
    assert "DTP*472*D8*20260312" in rows[first : first + 5]


def test_what_a_999_or_a_ta1_rejects_has_no_277ca(change: Change) -> None:
    assert answer(change("IEA*1*000000101", "IEA*1*000000999")) == []
    assert answer(change("GE*2*11", "GE*3*11")) == []
    rows = answer(change("HILL-1*180.50***11:B:1", "HILL-1*180.50***11::1"))
    assert [row for row in rows if row.startswith("TRN*2")] == ["TRN*2*BATCH-12", "TRN*2*SOLO-1"]


def test_two_claims_of_one_number_each_have_their_answer(change: Change) -> None:
    data = change("CLM*HILL-2*75*", "CLM*HILL-1*76*")
    rows = answer(data)
    said = [rows[place + 1].split("*")[1] for place, row in enumerate(rows) if row == "TRN*2*HILL-1"]
    assert said == ["A2:20:PR", "A7:400"]


@settings(max_examples=30, deadline=None)
@given(st.text(st.sampled_from("AZ az09'-./*:~^&é"), min_size=1, max_size=20))
def test_any_name_and_number_can_be_answered(text: str) -> None:
    """The answer keeps its guide whatever the parties are called: what X12 lacks is left out."""
    data = (FIXTURES / "two_families.837").read_text()
    data = data.replace("*", "|").replace(":", ">").replace("~\n", "\n").replace("ALDER|QUINN", f"X{text}|QUINN")
    submission = read_submission(data.replace("HILL-1|", f"H{text}|").encode(), validated=True)
    assert guide_errors(write_277ca(submission, created=CREATED, control_number=7)) == []
