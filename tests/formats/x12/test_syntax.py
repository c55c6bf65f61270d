"""Delimiters come from the ISA, and hold for their interchange alone."""

import pytest

from claims.formats.x12.syntax import Delimiters, SyntaxProblem, read_delimiters, read_segment, read_stretches

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*0900*^*00501*000000001*0*T*:~"


def test_the_isa_declares_the_delimiters() -> None:
    assert read_delimiters(ISA) == Delimiters("*", ":", "~", "^")
    other = ISA.replace("*", "|").replace(":~", ">!").replace("^", "{")
    assert read_delimiters(other) == Delimiters("|", ">", "!", "{")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "024"),
        ("HELLO", "024"),
        (ISA[:60], "023"),
        (ISA.replace("*", "|", 1), "026"),
        (ISA.replace("SENDER  ", "SENDER "), "023"),
        (ISA.replace("*", "A"), "026"),
        (ISA[:-1] + "A", "004"),
        (ISA[:-2] + "A~", "027"),
        (ISA[:-2] + "*~", "022"),
    ],
)
def test_what_is_no_isa_is_refused_with_a_ta1_code(text: str, code: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        read_delimiters(text)
    assert caught.value.code == code


def test_an_absent_element_or_component_is_empty() -> None:
    segment = read_segment("SV1*HC:99213:25*120", Delimiters())
    assert segment.identifier == "SV1"
    assert segment.part(1, 2) == "99213"
    assert (segment.get(9), segment.part(1, 7), segment.part(9, 1)) == ("", "", "")


def test_each_interchange_is_split_by_its_own_delimiters() -> None:
    second = ISA.replace("*", "|").replace(":~", ">!")
    stretches = list(read_stretches(f"\n{ISA}\r\nTA1*1~\r\n{second}TA1|2|A*B!rest"))
    assert [[s.elements for s in list(stretch.segments)[1:]] for stretch in stretches] == [
        [("TA1", "1")],
        [("TA1", "2", "A*B")],
    ]
    assert [stretch.rest for stretch in stretches] == ["", "rest"]


def test_a_newline_may_end_segments() -> None:
    (stretch,) = read_stretches(ISA[:-1] + "\r" + "\nTA1*1\r\n")
    assert list(stretch.segments)[1].elements == ("TA1", "1")
    assert stretch.rest == ""
