"""A 999 answers each group, a TA1 each broken envelope; neither repeats what stood in the file."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from claims.formats.x12.acknowledgement import acknowledge, describe_999, write_999, write_ta1
from claims.formats.x12.envelope import read_envelope
from claims.formats.x12.guide import CONTROL_MAP, GUIDES, check_header, check_transaction
from claims.formats.x12.intake import read_submission

Change = Callable[[str, str], bytes]
CREATED = datetime(2026, 3, 12, 11, 0)  # noqa: DTZ001 - an ISA carries local time without a zone


def answer(data: bytes, *, strict_npi: bool = False) -> list[str]:
    submission = read_submission(data, strict_npi=strict_npi)
    text = acknowledge(submission, created=CREATED, control_number=7)
    assert guide_errors(text) == []
    return text.decode().split("~\n")[:-1]


def guide_errors(text: bytes) -> list[str]:
    """What the 999's own guide says of what was written, with the counts of the envelope."""
    _, known, map_name = GUIDES[("FA", "005010X231A1")]
    interchanges, unread = read_envelope(text)
    errors = list(unread)
    for received in interchanges:
        errors += received.errors + check_header(received.header, "/ISA_LOOP/ISA", CONTROL_MAP, "interchange")
        for group in received.groups:
            errors += group.errors + check_header(group.header, "/ISA_LOOP/GS_LOOP/GS", map_name, "group", known)
            for transaction in group.transactions:
                errors += transaction.errors + check_transaction(transaction.segments, map_name, known)[0]
    return [error.message for error in errors]


def test_a_sound_file_is_accepted(families: bytes) -> None:
    assert answer(families) == [
        "ISA*00*          *00*          *ZZ*MERIDIANHEALTH *ZZ*HILLTOPBILLING *260312*1100*^*00501*000000007*0*T*:",
        "GS*FA*MERIDIAN*HILLTOP*20260312*1100*1*X*005010X231A1",
        "ST*999*0001*005010X231A1",
        "AK1*HC*11*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK2*837*0002*005010X222A1",
        "IK5*A",
        "AK9*A*2*2*2",
        "SE*8*0001",
        "GE*1*1",
        "IEA*1*000000007",
    ]


def test_a_guide_error_rejects_its_set_and_names_the_place(change: Change) -> None:
    rows = answer(change("HILL-1*180.50***11:B:1", "HILL-1*180.50***11::1"))
    assert rows[4:10] == [
        "AK2*837*0001*005010X222A1",
        "IK3*CLM*19*2300*8",
        "IK4*5:2*1332*1",
        "IK5*R*I5",
        "AK2*837*0002*005010X222A1",
        "IK5*A",
    ]
    assert "AK9*P*2*2*1" in rows


def test_a_claim_that_breaks_the_guide_leaves_its_set_accepted_with_errors(change: Change) -> None:
    rows = answer(change("LX*2~", "LX*3~"))
    assert rows[5:9] == ["IK3*LX*33*2400*8", "CTX*CLM01:HILL-1", "IK4*1**7", "IK5*E*I5"]
    assert "AK9*E*2*2*2" in rows


def test_a_claim_that_does_not_balance_is_not_the_999s_business(change: Change) -> None:
    rows = answer(change("CLM*HILL-1*180.50", "CLM*HILL-1*180.51"))
    assert rows[4:6] == ["AK2*837*0001*005010X222A1", "IK5*A"]
    assert "AK9*A*2*2*2" in rows


def test_an_error_of_the_set_itself_is_a_code_of_ik5(change: Change) -> None:
    rows = answer(change("SE*64*0001", "SE*65*0001"))
    assert "IK5*R*4" in rows


def test_a_group_that_is_not_supported(change: Change) -> None:
    rows = answer(change("11*X*005010X222A1", "11*X*005010X999"))
    assert "AK1*HC*11*005010X999" in rows
    assert "AK9*R*2*2*0*2" in rows


def test_every_group_gets_a_set_of_its_own(families: bytes) -> None:
    text = families.decode()
    start, end = text.index("GS*"), text.index("IEA*")
    group = text[start:end].replace("*11*X", "*12*X").replace("GE*2*11", "GE*2*12")
    rows = answer((text[:end] + group + text[end:].replace("IEA*1", "IEA*2")).encode())
    assert [row for row in rows if row.startswith("AK1")] == ["AK1*HC*11*005010X222A1", "AK1*HC*12*005010X222A1"]
    assert rows[-1] == "IEA*2*000000007"


def test_a_broken_envelope_gets_a_ta1_and_no_999(change: Change) -> None:
    rows = answer(change("IEA*1*000000101", "IEA*1*000000999"))
    assert rows[1:] == ["TA1*000000101*260312*0915*R*001", "IEA*0*000000007"]


def test_a_ta1_that_was_asked_for(families: bytes) -> None:
    data = families.replace(b"*0*T*:", b"*1*T*:")
    rows = answer(data)
    assert rows[1] == "TA1*000000101*260312*0915*A*000"
    assert rows[3].split("*")[13] == "000000008"


@pytest.mark.parametrize("data", [b"", b"hello"])
def test_nobody_is_answered_where_there_is_no_isa(data: bytes) -> None:
    submission = read_submission(data)
    assert write_999(submission, created=CREATED, control_number=1) == b""
    assert write_ta1(submission, created=CREATED, control_number=1) == b""


def test_an_answer_repeats_no_bad_value(change: Change) -> None:
    """IK404 is left out; the claim's number, the provider's own, is all that comes back."""
    text = "".join(answer(change("SV1*HC:97110::59*60*UN", "SV1*HC:97110::59*SIXTY*UN"), strict_npi=True))
    assert "SIXTY" not in text
    for canary in ("ALDER", "MEM0001", "97110", "J0190", "19800214", "20260302"):
        assert canary not in text


def test_the_answer_in_words(change: Change) -> None:
    submission = read_submission(change("HILL-1*180.50***11:B:1", "HILL-1*180.50***11::1"))
    words = describe_999(acknowledge(submission, created=CREATED, control_number=7))
    assert words == [
        "group 11 (005010X222A1)",
        "  transaction set 0001",
        "    segment 19 in loop 2300: CLM has data element errors (8)",
        "      element 5-2 is required and missing (1)",
        "    rejected (I5)",
        "  transaction set 0002",
        "    accepted",
        "  partly accepted: 1 of 2 transaction sets accepted",
    ]


def test_a_ta1_and_a_claim_in_words(change: Change) -> None:
    broken = read_submission(change("IEA*1*000000101", "IEA*1*000000999"))
    assert describe_999(write_ta1(broken, created=CREATED, control_number=7)) == [
        "interchange 000000101: rejected (note 001)"
    ]
    claim = read_submission(change("LX*2~", "LX*3~"))
    assert "      of claim HILL-1" in describe_999(write_999(claim, created=CREATED, control_number=7))


@pytest.mark.parametrize("name", ["ambulance.example5", "example6", "example11", "example12"])
def test_the_shared_files_that_are_rejected(shared: Path, name: str) -> None:
    rows = answer((shared / f"x12/837_005010X222A2/demo.{name}.837").read_bytes())
    assert any(row.startswith("IK3*CLM*") for row in rows)
    assert any(row.startswith("IK4*5") for row in rows)
    assert "AK9*R*1*1*0" in rows


def test_other_peoples_999s_are_read(shared: Path) -> None:
    words = describe_999((shared / "x12/acks/x12_999_accepted.txt").read_bytes())
    assert "    accepted" in words
