"""A private file is there whole or not at all, and what a killed writer left goes with the next one."""

from __future__ import annotations

import fcntl
from pathlib import Path
from threading import Thread

import pytest

from claims.service.private_file import write_private


def test_its_owner_alone_reads_it_also_where_it_was_open_to_others(tmp_path: Path) -> None:
    file = tmp_path / "claim.835"
    file.write_bytes(b"before")
    file.chmod(0o644)
    write_private(file, b"after")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"after", 0o600)
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "claim.835"
    file.write_bytes(b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_private(file, b"after")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"claim.835": b"before"}


def test_drafts_of_dead_writers_go_and_those_of_living_ones_and_of_other_files_stay(tmp_path: Path) -> None:
    file = tmp_path / "claim[1].835"
    dead, living, others = (
        tmp_path / f".{name}.{'0' * 15}{n}" for n, name in enumerate((file.name, file.name, "claim1.835"))
    )
    editors = tmp_path / f".{file.name}.swp"
    for each in (dead, living, others, editors):
        each.write_bytes(b"somebody's data")
    with living.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        write_private(file, b"whole")
        assert set(tmp_path.iterdir()) == {file, living, others, editors}
    write_private(file, b"whole")
    assert set(tmp_path.iterdir()) == {file, others, editors}


def test_many_writers_of_one_file_all_succeed(tmp_path: Path) -> None:
    file = tmp_path / "claim.835"
    failed: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(30):
                write_private(file, b"%d" % number * 1000)
        except BaseException as error:
            failed.append(error)

    writers = [Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert list(tmp_path.iterdir()) == [file]
    assert len(set(file.read_bytes())) == 1
