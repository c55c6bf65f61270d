"""What was turned away is listed until the file is handed over again."""

from claims.store.rows import Rejection
from claims.store.store import Store


def rejection(number: str, *, file: str = "march.837", sha256: str = "aa", at: int = 1) -> Rejection:
    return Rejection(sha256, file, number, "the charge is not the sum of the lines", at)


def test_a_file_of_the_same_name_takes_the_place_of_the_earlier_one(store: Store) -> None:
    with store.unit_of_work() as work:
        work.rejections.put("march.837", "aa", (rejection("A-1"), rejection("A-2")))
        work.rejections.put("april.837", "bb", (rejection("B-1", file="april.837", sha256="bb", at=2),))
        work.rejections.put("march.837", "aa", (rejection("A-1"), rejection("A-2")))
        assert [row.number for row in work.rejections.all()] == ["A-1", "A-2", "B-1"]
        work.rejections.put("march.837", "cc", (rejection("A-2", sha256="cc", at=3),))
        assert [(row.number, row.sha256) for row in work.rejections.all()] == [("B-1", "bb"), ("A-2", "cc")]
        work.rejections.put("march.837", "dd", ())
        assert [row.number for row in work.rejections.all()] == ["B-1"]


def test_the_same_bytes_under_another_name_are_the_same_file(store: Store) -> None:
    with store.unit_of_work() as work:
        work.rejections.put("march.837", "aa", (rejection("A-1"),))
        work.rejections.put("copy.837", "aa", (rejection("A-1", file="copy.837"),))
        assert [row.file for row in work.rejections.all()] == ["copy.837"]
