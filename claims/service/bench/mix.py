"""A realistic mix of claims from a seed: members in families, clinics and clinicians, plans, and 1 to 8 lines a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from claims.adjudication.documents import read_plan
from claims.evidence.record import seal, sequence_number, sign_roll
from claims.evidence.signature import address_of_private_key, sign
from claims.model.claim import Claim, Line
from claims.model.encounter import Encounter, Service
from claims.model.evidence import EncounterRecord
from claims.model.member import Coverage, Member
from claims.model.money import Money, total
from claims.model.network import NetworkProvider
from claims.model.party import Address, Payer, Person, Provider
from claims.model.plan import Plan
from claims.model.signed import EvidenceDomain

YEAR = 2026
CODES = (
    ("99213", 12_500, 9_200), ("99214", 18_000, 13_000), ("99203", 17_200, 12_000), ("36415", 1_500, 850),
    ("87880", 2_800, 1_650), ("81003", 1_200, 225), ("71046", 8_800, 3_600), ("20610", 14_000, 8_850),
    ("93000", 4_500, 1_900), ("90460", 2_450, 2_450), ("90686", 2_600, 2_100), ("J3301", 1_500, 950),
    ("93015", 31_000, 24_000), ("97110", 7_000, 3_100), ("85025", 2_200, 1_050), ("80053", 3_400, 1_450),
)  # fmt: skip
"""Procedure, usual charge and fee in cents; pairs and unit limits of the tables name some of them."""

LINES_OF_A_CLAIM = (38, 24, 14, 9, 6, 4, 3, 2)
"""Of a hundred claims, how many have 1, 2, 3 … 8 lines: most office visits bill one or two."""

DOMAIN = EvidenceDomain(31_337, "0x" + "5e" * 20)
ADDRESS = Address("1 Bench Street", "", "Springfield", "IL", "627010001")


@dataclass(frozen=True, slots=True)
class Clinician:
    """Somebody who signs: registry id, NPI and private key."""

    practitioner: int
    npi: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Mix:
    """Claims with all that deciding them takes; `plans` by the index of the family, `records` one of each claim."""

    seed: int
    claims: tuple[Claim, ...]
    records: tuple[EncounterRecord, ...]
    members: tuple[Member, ...]
    providers: tuple[NetworkProvider, ...]
    plans: tuple[Plan, ...]
    clinicians: tuple[Clinician, ...]

    def plan_of(self, claim: Claim) -> int:
        """Which plan the claim's family has."""
        return int(claim.member_number[1:]) % len(self.plans)

    def key_of(self, practitioner: int) -> str:
        """The registered address of a clinician's key."""
        return address_of_private_key(self.clinicians[practitioner - 1].key)


def check_digit(nine: str) -> str:
    """Return an NPI: nine digits and their check digit (Luhn over 80840 and the number, 45 CFR 162.406)."""
    digits = [int(digit) for digit in "80840" + nine]
    doubled = [d * 2 - 9 * (d > 4) if place % 2 == 0 else d for place, d in enumerate(reversed(digits))]
    return f"{nine}{-sum(doubled) % 10}"


def make_mix(count: int, *, seed: int = 20_260_316) -> Mix:
    """Make `count` claims; the same seed and count give the same mix to the byte."""
    random = Random(seed)  # noqa: S311 (repeatable on purpose; nothing secret comes of it)
    clinics = [
        Provider(check_digit(f"2{n:08d}"), f"CLINIC {n}", tax_id=f"{n:09d}", address=ADDRESS) for n in range(1, 9)
    ]
    clinicians = tuple(
        Clinician(n, check_digit(f"1{n:08d}"), random.randbytes(31).rjust(32, b"\x01")) for n in range(1, 33)
    )
    families = max(8, count // 6)
    members = tuple(_members(random, families))
    claims, records = [], []
    counters = dict.fromkeys(range(1, len(clinicians) + 1), 0)
    for number in range(count):
        member, clinic = random.choice(members), random.choice(clinics)
        clinician = clinicians[(int(clinic.npi[1:9]) * 4 + random.randrange(4)) % len(clinicians)]
        claim = _claim(random, number, member, clinic, clinician)
        claims.append(claim)
        counters[clinician.practitioner] += 1
        records.append(_record(random, claim, member, clinician, counters[clinician.practitioner]))
    network = [NetworkProvider(clinic.npi, clinic.name, controller=clinic.name) for clinic in clinics]
    rosters = tuple(clinic.npi for clinic in clinics)
    network += [
        NetworkProvider(
            c.npi, f"CLINICIAN {c.practitioner}", practitioner=c.practitioner, roster=rosters, controller=c.npi
        )
        for c in clinicians
    ]
    return Mix(seed, tuple(claims), tuple(records), members, tuple(network), _plans(), clinicians)


def _plans() -> tuple[Plan, ...]:
    fees = "\n".join(f'"{code}" = "{Money(fee)}"' for code, _, fee in CODES)
    terms = (
        ("Gold", "500.00", "0.20", "3000.00", "20.00"),
        ("Silver", "1500.00", "0.30", "6000.00", "0.00"),
        ("Catastrophic", "6000.00", "0.00", "6000.00", "0.00"),
    )
    return tuple(
        read_plan(
            f'name = "{name}"\nyear = {YEAR}\n[pricing]\nmethod = "fee-list"\npercent_of_charge = "0.60"\n'
            f'[pricing.fees]\n{fees}\n[cost_share]\ndeductible = "{deductible}"\ncoinsurance = "{coinsurance}"\n'
            f'out_of_pocket = "{maximum}"\n[[cost_share.override]]\ncodes = ["99213", "99214"]\ncopay = "{copay}"\n'
            "deductible_applies = false\n"
        )
        for name, deductible, coinsurance, maximum, copay in terms
    )


def _members(random: Random, families: int) -> Sequence[Member]:
    return [
        Member(
            person=f"P{family:07d}{place}",
            member_number=f"M{family:08d}",
            relationship=("18", "01", "19", "19")[place],
            last_name=f"FAMILY{family}",
            first_name=f"MEMBER{place}",
            birth_date=date(1950 + 18 * place, 1 + family % 12, 1 + family % 28),
            coverage=(Coverage(date(YEAR, 1, 1), date(YEAR, 12, 31)),),
            family=f"F{family}",
        )
        for family in range(families)
        for place in range(random.choice((1, 1, 2, 3, 4)))
    ]


def _claim(random: Random, number: int, member: Member, clinic: Provider, clinician: Clinician) -> Claim:
    day = date(YEAR, 1, 1) + timedelta(days=random.randrange(70))
    lines = tuple(
        Line(
            number=place,
            procedure=code,
            charge=Money(charge * units),
            units=Decimal(units),
            begins=day,
            ends=day,
            place="11",
            modifiers=("25",) if code.startswith("992") and random.random() < 0.3 else (),
            diagnoses=(1,),
            control_number=f"{number}-{place}",
        )
        for place, (code, charge, _) in enumerate(random.sample(CODES, _line_count(random)), 1)
        for units in (random.choice((1, 1, 1, 1, 2, 4, 9)) if code in ("J3301", "97110", "36415") else 1,)
    )
    patient = Person(member.last_name, member.first_name, birth_date=member.birth_date, gender="F", address=ADDRESS)
    return Claim(
        number=f"B{number:07d}",
        charge=total(line.charge for line in lines),
        lines=lines,
        billing=clinic,
        payer=Payer("BENCH PAYER", "BENCH01"),
        subscriber=Person(member.last_name, "MEMBER0", address=ADDRESS),
        patient=patient,
        member_number=member.member_number,
        relationship=member.relationship,
        received=date(YEAR, 3, 16),
        place="11",
        diagnoses=("M25511",),
        rendering=Provider(clinician.npi, f"CLINICIAN{clinician.practitioner}", first_name="A", is_person=True),
        evidence=(f"E{number:07d}",),
    )


def _line_count(random: Random) -> int:
    return random.choices(range(1, 9), weights=LINES_OF_A_CLAIM)[0]


def _record(random: Random, claim: Claim, member: Member, clinician: Clinician, counter: int) -> EncounterRecord:
    encounter = Encounter(
        identifier=claim.evidence[0],
        person=member.person,
        practitioner_npi=clinician.npi,
        provider_npi=claim.billing.npi,
        services=tuple(
            Service(line.procedure, line.units, line.begins, line.ends, line.place, line.modifiers)
            for line in claim.lines
        ),
    )
    sealed = seal(
        [encounter],
        practitioner=clinician.practitioner,
        provider_address="0x" + claim.billing.npi.rjust(40, "0"),
        domain=DOMAIN,
        first_sequence=sequence_number(0, counter),
        valid_until=2_000_000_000,
        salts=lambda: random.randbytes(32),
    )
    return sign_roll(sealed, lambda digest: sign(digest, clinician.key))[0]
