"""Speed is measured on sound files alone, and told as ratios of the seconds that were taken."""

import pytest

from claims.formats.x12.speed import IntakeSpeed, measure_intake


def test_the_ratios() -> None:
    speed = IntakeSpeed(claims=600, full=1.5, pyx12=1.25, validated=0.05)
    assert (speed.times_pyx12, speed.fast_path) == (1.2, pytest.approx(30))
    assert (speed.claims_per_second, speed.validated_claims_per_second) == (400, pytest.approx(12_000))


def test_a_file_is_read_in_every_manner(families: bytes, hospital: bytes) -> None:
    assert measure_intake(families, rounds=1).claims == 4
    assert measure_intake(hospital, rounds=1).claims == 1


def test_a_file_that_is_rejected_is_no_measure(families: bytes) -> None:
    with pytest.raises(ValueError, match="accepts whole"):
        measure_intake(families.replace(b"CLM*HILL-1*180.50", b"CLM*HILL-1*180.51"), rounds=1)
