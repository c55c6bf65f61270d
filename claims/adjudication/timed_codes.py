"""Minutes of face-to-face time that one unit of a timed procedure code stands for."""

from __future__ import annotations

from decimal import Decimal

_THERAPY = (
    *("97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116", "97124", "97140"),
    *("97530", "97533", "97535", "97537", "97542", "97750", "97755", "97760", "97761", "97763"),
)

_MINUTES = {
    # therapy: a unit is fifteen minutes (Medicare Claims Processing Manual, chapter 5 §20.2)
    **dict.fromkeys(_THERAPY, 15),
    # adaptive behaviour services: fifteen minutes
    **dict.fromkeys(("97151", "97153", "97155"), 15),
    # psychotherapy by its stated time
    "90832": 30,
    "90834": 45,
    "90837": 60,
    "90839": 60,
    "90840": 30,
    # critical care: the first hour counts from thirty minutes on, each further unit is thirty
    "99291": 30,
    "99292": 30,
    # office visits by the least time that the code states
    "99202": 15,
    "99203": 30,
    "99204": 45,
    "99205": 60,
    "99212": 10,
    "99213": 20,
    "99214": 30,
    "99215": 40,
}

MINUTES = {code: Decimal(minutes) for code, minutes in _MINUTES.items()}
"""The least minutes of one unit, so that a sum never overstates a day."""


def minutes_of(code: str, units: Decimal, unit: str) -> Decimal | None:
    """Return the minutes that a line stands for; None for a code without a stated time."""
    if unit == "MJ":
        return units
    minutes = MINUTES.get(code)
    return None if minutes is None else minutes * units
