"""The values that are looked for: everything that the files of a claim say of its patient and of those who treated them.

Each is unmistakable: nothing else in the system is spelled like it. Codes begin with a letter that no hexadecimal number has,
so that they cannot turn up in a hash. Left out, because they could stand anywhere by chance and say nothing alone: units (1),
place of service (11), relationship (18, 19), gender (F), state (ME), the year of service, which the chain shows by design, and
amounts, which it shows too (docs/privacy.md). Modifiers of two letters are looked for behind their code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Kind(Enum):
    """What a value is, as far as it matters for who may see it."""

    PERSON = "names, member numbers, group ids, addresses, telephone and record numbers of patients"
    PERSON_ID = "the payer's own ids of patients"
    BIRTH = "birth dates"
    DIAGNOSIS = "diagnoses, in codes and words"
    SERVICE_DATE = "dates and times of service"
    NOTE = "notes, authorisations and whatever else a claim carries of a patient"
    PROCEDURE = "procedure codes with their modifiers"
    CLAIM = "claim and line numbers of the provider"
    ENCOUNTER = "visit numbers of the record system"
    CLINICIAN = "names, NPIs, tax numbers and addresses of clinicians and providers"
    SECRET = "keys, passphrases and salts"


@dataclass(frozen=True)
class Canary:
    """One value with its kind; `day` is set where it is a date."""

    kind: Kind
    text: str
    day: date | None = None


@dataclass(frozen=True)
class Someone:
    """A person of the files, patient or subscriber."""

    last: str
    first: str
    middle: str
    born: date
    member: str
    person: str
    family: str
    street: str
    city: str
    postal_code: str
    telephone: str
    chart: str
    group: str


def _npi(stem: str) -> str:
    """Nine digits with their check digit (Luhn over 80840 and the number)."""
    digits = [int(digit) for digit in "80840" + stem]
    doubled = [sum(divmod(digit * 2, 10)) if place % 2 == 0 else digit for place, digit in enumerate(reversed(digits))]
    return f"{stem}{-sum(doubled) % 10}"


MOTHER = Someone(
    *("Quentinholz", "Zephyrina", "Xochitl", date(1972, 8, 23), "MBRZQX774190", "PIDZQX300911", "FAMZQX8101"),
    *("4471 Vantablack Terrace", "Obsidianville", "046629913", "2075559381", "CHARTZQX60023", "GRPZQX88217"),
)
FATHER = Someone(
    *("Brumbackerson", "Thaddeusz", "Ignatiusz", date(1979, 11, 3), "MBRZQX885522", "PIDZQX300922", "FAMZQX8202"),
    *("8812 Periwinkle Crossing", "Gallowglass", "046638824", "2075558264", "CHARTZQX60034", "GRPZQX99328"),
)
CHILD = Someone(
    *("Oluwaseyikrott", "Persimmony", "Juniperus", date(2013, 5, 27), "MBRZQX885522", "PIDZQX300933", "FAMZQX8202"),
    *("8813 Marzipan Causeway", "Thistlewick", "046639935", "2075557153", "CHARTZQX60045", "GRPZQX99328"),
)
PEOPLE = (MOTHER, FATHER, CHILD)


@dataclass(frozen=True)
class Clinician:
    """Who renders, refers or bills."""

    npi: str
    last: str
    first: str
    tax: str = ""
    street: str = ""
    city: str = ""


PRACTICE = Clinician(
    _npi("247193586"), "Pumpernickel Orthopaedics", "", "991847265", "7719 Kaleidoscope Wharf", "Zanzibarton"
)
SURGEON = Clinician(_npi("286417359"), "Goldschmiedtov", "Aristobulus")
REFERRER = Clinician(_npi("291735468"), "Featherstonehaugh", "Eudoxia")
NEWCOMER = Clinician(_npi("273918465"), "Wolverhamptonian", "Leopoldina")
CLINICIANS = (PRACTICE, SURGEON, REFERRER, NEWCOMER)


@dataclass(frozen=True)
class Visit:
    """One visit and the claim that bills it."""

    claim: str
    identifier: str
    patient: Someone
    day: date
    code: str
    modifier: str
    diagnosis: str
    cents: int
    clock: str

    @property
    def begins(self) -> str:
        return f"{self.day.isoformat()}T{self.clock}:00-04:00"

    @property
    def line(self) -> str:
        return f"LN{self.claim}"


PAID = Visit("CLMZQX5001", "VISITZQX70011", MOTHER, date(2026, 4, 7), "S9083", "KX", "M5416", 31_713, "09:41")
DENIED_FILE = Visit("CLMZQX5002", "VISITZQX70022", MOTHER, date(2026, 2, 19), "T1015", "LT", "J45901", 22_419, "10:52")
PENDED_FILE = Visit("CLMZQX5003", "VISITZQX70033", MOTHER, date(2026, 4, 9), "G0438", "RT", "S92324A", 18_117, "11:43")
REJECTED = Visit("CLMZQX5004", "VISITZQX70044", MOTHER, date(2026, 4, 11), "Q3014", "GT", "N3000", 15_913, "13:37")
PAID_CHAIN = Visit("CLMZQX6001", "VISITZQX80011", CHILD, date(2026, 4, 13), "V2020", "KX", "H52223", 27_311, "14:29")
DENIED_CHAIN = Visit("CLMZQX6002", "VISITZQX80022", CHILD, date(2026, 2, 23), "L3000", "LT", "Q6651", 24_907, "15:46")
PENDED_CHAIN = Visit("CLMZQX6003", "VISITZQX80033", CHILD, date(2026, 4, 15), "K0001", "RT", "R62551", 19_301, "16:53")
REFUSED = Visit("CLMZQX7001", "VISITZQX90011", MOTHER, date(2026, 4, 17), "H0031", "KX", "G43909", 26_501, "17:38")
VISITS = (PAID, DENIED_FILE, PENDED_FILE, REJECTED, PAID_CHAIN, DENIED_CHAIN, PENDED_CHAIN, REFUSED)

NOTE = "FELL OFF A UNICYCLE NEAR THE AQUARIUM"
REASON = "Fear of wolverines since the unicycle"
CONDITION = "Lumbar wolverine syndrome"
AUTHORISATION = "AUTHZQX99017"
CLEARINGHOUSE = "TRACEZQX1177"
ONSET = date(2026, 4, 2)
BUREAU_CONTACT = "Hildegarda Quince"


def everything() -> tuple[Canary, ...]:
    """All canaries, each value once."""
    found: list[Canary] = []
    for one in PEOPLE:
        found += [
            Canary(Kind.PERSON, text)
            for text in (
                *(one.last, one.first, one.middle, f"{one.last}, {one.first}", f"{one.first} {one.last}"),
                *(one.member, one.family, one.street, one.city, one.postal_code, one.telephone),
                *(one.chart, one.group),
            )
        ]
        found.append(Canary(Kind.PERSON_ID, one.person))
        found.append(Canary(Kind.BIRTH, one.born.isoformat(), one.born))
    for visit in VISITS:
        found += [
            Canary(Kind.CLAIM, visit.claim),
            Canary(Kind.CLAIM, visit.line),
            Canary(Kind.ENCOUNTER, visit.identifier),
            Canary(Kind.PROCEDURE, visit.code),
            Canary(Kind.PROCEDURE, f"{visit.code}:{visit.modifier}"),
            Canary(Kind.PROCEDURE, f"{visit.code}{visit.modifier}"),
            Canary(Kind.DIAGNOSIS, visit.diagnosis),
            Canary(Kind.DIAGNOSIS, dotted(visit.diagnosis)),
            Canary(Kind.SERVICE_DATE, visit.day.isoformat(), visit.day),
            Canary(Kind.SERVICE_DATE, visit.begins),
        ]
    for clinician in CLINICIANS:
        texts = (clinician.npi, clinician.last, clinician.first, clinician.tax, clinician.street, clinician.city)
        found += [Canary(Kind.CLINICIAN, text) for text in texts if text]
    found += [Canary(Kind.NOTE, text) for text in (NOTE, AUTHORISATION, CLEARINGHOUSE, BUREAU_CONTACT)]
    found += [Canary(Kind.DIAGNOSIS, text) for text in (REASON, CONDITION)]
    found.append(Canary(Kind.SERVICE_DATE, ONSET.isoformat(), ONSET))
    return tuple(dict.fromkeys(found))


def dotted(diagnosis: str) -> str:
    """A diagnosis as people write it, with the point that a claim leaves out."""
    return f"{diagnosis[:3]}.{diagnosis[3:]}"
