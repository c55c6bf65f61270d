"""The demo's files, read without the project's own readers, so that the data is judged by something else."""

import io
import json
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyx12.params
import pyx12.x12n_document

import claims.service.demo

DATA = Path(claims.service.demo.__file__).parent / "data"
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CODER_MODIFIERS = {"25"}


def toml(path: Path) -> dict[str, Any]:
    """A TOML file as plain values."""
    return tomllib.loads(path.read_text())


def segments(path: Path) -> list[list[str]]:
    """The segments of a newline-wrapped 837 with `~` and `*`, split into elements."""
    return [segment.strip().split("*") for segment in path.read_text().split("~") if segment.strip()]


def guide_answer(path: Path) -> list[str]:
    """The 999 that pyx12 writes of a file, as segments."""
    answer = io.StringIO()
    pyx12.x12n_document.x12n_document(pyx12.params.params(), str(path), answer, None)
    return [segment.strip() for segment in answer.getvalue().split("~") if segment.strip()]


def check_digit_holds(npi: str) -> bool:
    """Luhn over 80840 and the ten digits."""
    digits = [int(digit) for digit in reversed("80840" + npi)]
    return sum(sum(divmod(2 * d, 10)) if place % 2 else d for place, d in enumerate(digits)) % 10 == 0


@dataclass(frozen=True)
class Done:
    """One service, in the words that both sides share; modifiers are those that change what was done."""

    born: str
    clinician: str
    day: str
    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    place: str


@dataclass(frozen=True)
class Billed:
    """One claim of an 837: its number, charge, lines as (charge, what was done, all modifiers), and the visits it names."""

    number: str
    charge: Decimal
    lines: tuple[tuple[Decimal, Done, tuple[str, ...]], ...]
    visits: tuple[str, ...]
    diagnoses: tuple[str, ...]


def billed(path: Path) -> list[Billed]:
    """Every claim of an 837P, in order; the claim's clinician is the rendering one, else the solo practitioner who bills."""
    claims: list[dict[str, Any]] = []
    born = solo = place = ""
    for segment in segments(path):
        match segment:
            case ["HL", _, _, "20", *_]:
                solo = ""
            case ["NM1", "85", "1", *_]:
                solo = segment[9]
            case ["DMG", "D8", born, *_]:
                pass
            case ["CLM", number, charge, _, _, where, *_]:
                place = where.split(":")[0]
                claims.append(
                    {
                        "number": number,
                        "charge": Decimal(charge),
                        "lines": [],
                        "visits": [],
                        "clinician": solo,
                        "hi": (),
                    }
                )
            case ["HI", *codes]:
                claims[-1]["hi"] = tuple(code.split(":")[1] for code in codes)
            case ["NM1", "82", *_]:
                claims[-1]["clinician"] = segment[9]
            case ["PWK", "OZ", "EL", _, _, "AC", visit]:
                claims[-1]["visits"].append(visit)
            case ["SV1", composite, charge, "UN", units, *_]:
                _, code, *modifiers = composite.split(":")
                claims[-1]["lines"].append([born, code, tuple(modifiers), Decimal(units), Decimal(charge)])
            case ["DTP", "472", "D8", day]:
                claims[-1]["lines"][-1].append(day)
    return [
        Billed(
            number=claim["number"],
            charge=claim["charge"],
            lines=tuple(
                (
                    charge,
                    Done(
                        born,
                        claim["clinician"],
                        day,
                        code,
                        tuple(m for m in modifiers if m not in CODER_MODIFIERS),
                        units,
                        place,
                    ),
                    modifiers,
                )
                for born, code, modifiers, units, charge, day in claim["lines"]
            ),
            visits=tuple(dict.fromkeys(claim["visits"])),
            diagnoses=claim["hi"],
        )
        for claim in claims
    ]


def charted(path: Path) -> dict[str, list[Done]]:
    """What the export says was done, by visit number, read straight from its JSON."""
    resources = [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
    by_reference = {f"{r['resourceType']}/{r['id']}": r for r in resources}
    visits = {
        f"Encounter/{r['id']}": r["identifier"][0]["value"] for r in resources if r["resourceType"] == "Encounter"
    }
    done: dict[str, list[Done]] = {visit: [] for visit in visits.values()}
    for charge in (r for r in resources if r["resourceType"] == "ChargeItem"):
        encounter = by_reference[charge["context"]["reference"]]
        code, *modifiers = [coding["code"] for coding in charge["code"]["coding"]]
        location = by_reference[encounter["location"][0]["location"]["reference"]]
        done[visits[charge["context"]["reference"]]].append(
            Done(
                born=by_reference[charge["subject"]["reference"]]["birthDate"].replace("-", ""),
                clinician=by_reference[charge["performer"][0]["actor"]["reference"]]["identifier"][0]["value"],
                day=charge["occurrenceDateTime"][:10].replace("-", ""),
                code=code,
                modifiers=tuple(modifiers),
                units=Decimal(charge["quantity"]["value"]),
                place=location["type"][0]["coding"][0]["code"],
            )
        )
    return done
