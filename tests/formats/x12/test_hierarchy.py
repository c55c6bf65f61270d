"""The loops that our own reader finds are those of the guide's map."""

from pathlib import Path

import pytest

from claims.formats.x12.envelope import read_envelope
from claims.formats.x12.guide import GUIDES, check_transaction
from claims.formats.x12.hierarchy import read_levels
from claims.formats.x12.shape import INSTITUTIONAL, PROFESSIONAL
from tests.formats.x12.conftest import FIXTURES


def loops(data: bytes) -> tuple[list[dict[int, str]], list[dict[int, str]]]:
    """The loop of each segment by its position, as our reader has it and as the map has it, a transaction set each."""
    ours, theirs = [], []
    for interchange in read_envelope(data)[0]:
        for group in interchange.groups:
            _, known, map_name = GUIDES["HC", group.header.get(8)]
            shape = PROFESSIONAL if known == "005010X222A1" else INSTITUTIONAL
            for transaction in group.transactions:
                levels = read_levels(transaction.segments, shape.names)
                every = [levels.top, *(level for claim in levels.claims for level in claim.levels())]
                ours.append(
                    {s.position: loop for level in every for (loop, _), held in level.held.items() for s in held}
                )
                errors, found = check_transaction(transaction.segments, map_name, known)
                assert errors == []
                theirs.append({s.position: loop for s, loop in zip(transaction.segments, found, strict=True)})
    return ours, theirs


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.837")), ids=lambda path: path.stem)
def test_our_own_files(path: Path) -> None:
    ours, theirs = loops(path.read_bytes())
    assert ours == theirs


@pytest.mark.parametrize(
    "name",
    ["autoaccident", "drug.example10.1", "drug.example10.2", "drug.example10.3", "example1", "example2", "example7"],
)
def test_published_files(shared: Path, name: str) -> None:
    ours, theirs = loops((shared / f"x12/837_005010X222A2/demo.{name}.837").read_bytes())
    assert ours == theirs


def test_segments_that_no_guide_puts_there_make_nothing_fail() -> None:
    text = (FIXTURES / "two_families.837").read_text()
    for lost in ("HL*1**20*1~\n", "HL*2*1*22*0~\n", "NM1*85*2*HILLTOP FAMILY PRACTICE*****XX*1200000010~\n"):
        (interchange,), _ = read_envelope(text.replace(lost, "").encode())
        levels = read_levels(interchange.groups[0].transactions[0].segments, PROFESSIONAL.names)
        assert [claim.header.get(1) for claim in levels.claims] == ["HILL-1", "HILL-2", "HILL-3"]
