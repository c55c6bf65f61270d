"""The rates and lists of RBRVS pricing that a payer may want to change, in one place; rates in thousandths.

Those marked † are common practice that was not read in a primary source (ADJUDICATION §3).
"""

from __future__ import annotations

FACILITY_PLACES = frozenset(
    ("02", "19", "21", "22", "23", "24", "26", "31", "34", "41", "42", "51", "52", "53", "56", "61")
)
"""Places of service for which CMS pays the facility practice expense (Claims Processing Manual, chapter 12, §20.4.2).

Telehealth elsewhere than at home; hospital off and on campus, inpatient, emergency; surgery centre; military; skilled nursing;
hospice; ambulances; psychiatric inpatient, partial hospitalisation, community mental health and residential; inpatient rehabilitation.
"""

PRICED, BUNDLED, NOT_COVERED = frozenset("ART"), frozenset("B"), frozenset("N")
"""Status codes; every other one goes to another schedule or waits."""

FULL = 1000
RATES = {
    "80": 160,  # † assistant at surgery
    "81": 160,  # † minimum assistant
    "82": 160,  # † assistant where no resident was there
    "AS": 136,  # † 85 % of an assistant's: physician assistant or nurse
    "62": 625,  # † two surgeons, each
    "52": 500,  # † reduced service
    "53": 500,  # † discontinued, where the schedule has no row of its own for it
    "73": 500,  # † discontinued in a facility before anaesthesia
}
"""What a modifier makes of a price. 74, discontinued after anaesthesia, pays in full."""

ASSISTANTS = frozenset(("80", "81", "82", "AS"))

BILATERAL = {"1": 1500, "3": 2000}
"""† What modifier 50 makes of a price by the BILAT indicator; any other indicator leaves it as it is."""

RANKED = (1000, 500, 500, 500, 500)
"""† Surgery by price, MULT 2, each family of MULT 3 counting as one; the last rate holds for every further one."""

RANKED_BEFORE_1995 = (1000, 500, 250, 250, 250)
"""† MULT 1."""

IMAGING_TECHNICAL, IMAGING_PROFESSIONAL = 500, 950  # † MULT 4, from the second
THERAPY_EXPENSE = 500  # † MULT 5, from the second unit
TECHNICAL = {"4": IMAGING_TECHNICAL, "6": 750, "7": 800}  # † 6 cardiovascular, 7 ophthalmology, from the second
PROFESSIONAL = {"4": IMAGING_PROFESSIONAL}
