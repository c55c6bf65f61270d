"""An interchange that came in before is known again."""

from dataclasses import replace

from claims.store.rows import SeenInterchange
from claims.store.work import UnitOfWork
from tests.store.values import DAY, SHA

SEEN = SeenInterchange("ZZ*SENDER", "000000001", SHA, DAY)


def test_a_control_number_is_seen_for_its_sender_alone(work: UnitOfWork) -> None:
    assert work.interchanges.seen("ZZ*SENDER", "000000001") == ()
    assert work.interchanges.add(SEEN)
    assert work.interchanges.seen("ZZ*SENDER", "000000001") == (SEEN,)
    assert work.interchanges.seen("ZZ*OTHER", "000000001") == ()
    assert work.interchanges.seen("ZZ*SENDER", "000000002") == ()


def test_the_same_file_is_remembered_once_and_another_beside_it(work: UnitOfWork) -> None:
    other = replace(SEEN, sha256="00" * 32)
    assert work.interchanges.add(SEEN)
    assert not work.interchanges.add(SEEN)
    assert work.interchanges.add(other)
    assert work.interchanges.seen("ZZ*SENDER", "000000001") == (other, SEEN)
