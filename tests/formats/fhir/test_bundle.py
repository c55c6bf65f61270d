"""Bundles: what is read from which resource, and what is refused without a word about the patient."""

import contextlib
import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.formats.fhir.encounters import ExportError, read_bundle, read_export
from claims.model.encounter import Encounter, Service

FIXTURE = Path(__file__).parent / "fixtures" / "clinic_day.json"
BUNDLE = json.loads(FIXTURE.read_text())
PATIENT = "urn:uuid:6f1c7a8e-0f5e-4a59-8a54-2f4f6f6b7c11"
CANARIES = (
    "Quillfeather",
    "Tamsin",
    "1971",
    "QF-000417",
    "MRN-5512",
    "J20",
    "R05",
    "99213",
    "J1100",
    "2026-0",
    "Miller",
)
DAY = date(2026, 3, 11)


def changed(**elements):
    """The fixture with other elements, given as Type_id=dict; None takes an element away."""
    bundle = deepcopy(BUNDLE)
    for name, changes in elements.items():
        kind, identifier = name.split("_")
        resource = find(bundle, kind, identifier)
        for element, value in changes.items():
            if value is None:
                resource.pop(element, None)
            else:
                resource[element] = value
    return bundle


def find(bundle, kind, identifier):
    """A resource of the bundle."""
    return next(
        entry["resource"]
        for entry in bundle["entry"]
        if (entry["resource"]["resourceType"], entry["resource"]["id"]) == (kind, identifier)
    )


def without(*names):
    """The fixture without these resources, given as Type/id."""
    bundle = deepcopy(BUNDLE)
    bundle["entry"] = [
        entry
        for entry in bundle["entry"]
        if f"{entry['resource']['resourceType']}/{entry['resource']['id']}" not in names
    ]
    return bundle


def read(bundle, **options):
    """Read JSON values as a bundle."""
    return read_bundle(json.dumps(bundle).encode(), **options)


def refusal(bundle, **options):
    """What is said of a bundle that is refused; never a patient's data."""
    with pytest.raises(ExportError) as refused:
        read(bundle, **options)
    message = str(refused.value)
    for canary in CANARIES:
        assert canary not in message
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return message


def test_a_day_at_a_clinic():
    visit, surgeon, anaesthetist = read_export(FIXTURE.read_bytes())
    assert visit == Encounter(
        identifier="V-2026-0311",
        person="QF-000417-01",
        practitioner_npi="1234567893",
        provider_npi="1093817465",
        services=(
            Service("99213", Decimal(1), DAY, DAY, "11", ("25", "GT")),
            Service("G0463", Decimal(1), DAY, DAY, "11"),
            Service("J1100", Decimal("4.5"), DAY, DAY, "11", ("JZ",)),
        ),
        begins="2026-03-11T09:05:00-05:00",
        ends="2026-03-11T09:31:00-05:00",
        diagnoses=("J209", "R051"),
    )
    operated = date(2026, 4, 2)
    assert surgeon.identifier == "e2-1588667638"
    assert surgeon.services == (Service("29881", Decimal(1), operated, operated, "22", ("LT",)),)
    assert anaesthetist.identifier == "e2-1234567893"
    assert anaesthetist.services == (Service("01400", Decimal(75), operated, operated, "22", ("QZ", "P3")),)
    for one in (surgeon, anaesthetist):
        assert (one.person, one.provider_npi, one.diagnoses) == ("QF-000417-01", "1093817465", ("M23205",))


def test_the_day_is_the_one_that_the_record_system_wrote():
    """Half past eleven at night is the next day in UTC; the visit is billed on the day of its own time zone."""
    late = changed(Procedure_pr1={"performedDateTime": "2026-03-10T23:59:00-08:00"})
    assert read(late)[0].services[0].begins == date(2026, 3, 10)


def test_a_service_may_last_several_days():
    long = changed(
        Procedure_pr1={"performedDateTime": None, "performedPeriod": {"start": "2026-03-11", "end": "2026-03-13"}}
    )
    assert (read(long)[0].services[0].begins, read(long)[0].services[0].ends) == (DAY, date(2026, 3, 13))


def test_without_a_date_of_its_own_a_service_is_on_the_day_of_its_charge_or_encounter():
    of_charge = changed(Procedure_pr1={"performedDateTime": None}, ChargeItem_ci1={"occurrenceDateTime": "2026-03-12"})
    assert read(of_charge)[0].services[0].begins == date(2026, 3, 12)
    of_encounter = changed(Procedure_pr1={"performedDateTime": None})
    assert read(of_encounter)[0].services[0].begins == DAY


def test_two_billing_organisations_make_two_encounters():
    two = changed(
        Procedure_pr2={
            "performer": [
                {
                    "actor": {"reference": "Practitioner/brook"},
                    "onBehalfOf": {"identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1999999984"}},
                }
            ]
        }
    )
    first, second, *_ = read(two)
    assert (first.identifier, first.provider_npi) == ("V-2026-0311-1093817465", "1093817465")
    assert (second.identifier, second.provider_npi) == ("V-2026-0311-1999999984", "1999999984")
    assert [one.code for one in second.services] == ["G0463"]


def test_the_payer_may_name_the_system_of_its_person_ids():
    identifiers = [*find(BUNDLE, "Patient", "p1")["identifier"], {"system": "https://other.example", "value": "X-1"}]
    bundle = changed(Patient_p1={"identifier": identifiers})
    assert read(bundle, person_system="https://other.example")[0].person == "X-1"
    assert read(bundle)[0].person == "QF-000417-01"
    assert "Patient (Bundle.entry[6]) has 0 identifiers" in refusal(
        bundle, person_system="https://nobody.example"
    ).replace(":", "")


def test_diagnoses_go_by_rank_and_refuted_ones_are_left_out():
    assert read(BUNDLE)[0].diagnoses == ("J209", "R051")


@pytest.mark.parametrize("status", ["planned", "arrived", "triaged", "in-progress", "onleave", "unknown"])
def test_an_encounter_that_is_not_finished_is_refused(status):
    assert refusal(changed(Encounter_e1={"status": status})).startswith("Encounter/e1: is not finished")


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_an_encounter_that_never_was_is_left_out(status):
    found = read(changed(Encounter_e1={"status": status}))
    assert [one.identifier for one in found] == ["e2-1588667638", "e2-1234567893"]


@pytest.mark.parametrize(
    ("bundle", "why"),
    [
        (changed(Encounter_e1={"subject": None}), "Encounter/e1: subject names no Patient"),
        (changed(Encounter_e1={"serviceProvider": None}), "Procedure/pr1: leads to 0 NPIs of a billing Organization"),
        (changed(Encounter_e1={"participant": None}), "Procedure/pr1: leads to 0 NPIs of a Practitioner"),
        (changed(Encounter_e1={"location": None}), "Procedure/pr1: has 0 places of service"),
        (changed(Encounter_e2={"period": None}), "Procedure/pr4: has no date"),
        (changed(Encounter_e2={"id": None}), "encounter names no Encounter"),
        (changed(Procedure_pr1={"status": "in-progress"}), "Procedure/pr1: is not completed"),
        (changed(Procedure_pr1={"encounter": {"reference": "Encounter/zzz"}}), "Procedure/pr1: encounter names no Encounter"),
        (changed(Procedure_pr1={"subject": {"reference": "Patient/zzz"}}), "Procedure/pr1: its subject is not the Patient"),
        (changed(Procedure_pr1={"performedDateTime": "2026-03"}), "Procedure/pr1: a date is not given to the day"),
        (changed(Procedure_pr1={"code": {"text": "Miller"}}, ChargeItem_ci1={"code": {"text": "x"}}), "pr1: has 0 procedure codes"),
        (
            changed(Procedure_pr1={"performer": [{"actor": {"reference": f"Practitioner/{one}"}} for one in ("brook", "vale")]}),
            "Procedure/pr1: has 2 performers",
        ),
        (changed(ChargeItem_ci1={"service": [{"reference": "Procedure/pr2"}]}), "ChargeItem/ci1: its code is another"),
        (
            changed(ChargeItem_ci1={"service": [{"reference": f"Procedure/{one}"} for one in ("pr1", "pr2")]}),
            "ChargeItem/ci1: names 2 Procedures",
        ),
        (changed(ChargeItem_ci4={"service": [{"reference": "Procedure/pr1"}]}), "ChargeItem/ci4: Procedure/pr1 is charged already"),
        (changed(ChargeItem_ci2={"context": None}), "ChargeItem/ci2: names neither a Procedure nor an Encounter"),
        (changed(ChargeItem_ci2={"quantity": {"value": 0}}), "ChargeItem/ci2: quantity is not one positive number"),
        (changed(ChargeItem_ci2={"quantity": {"value": 2, "comparator": ">"}}), "ChargeItem/ci2: quantity"),
        (changed(Practitioner_brook={"identifier": None}), "leads to 0 NPIs of a Practitioner"),
        (changed(Patient_p1={"identifier": None}), "Patient (Bundle.entry[6]): has 0 identifiers of type MB"),
        (without("Procedure/pr1", "Procedure/pr2", "ChargeItem/ci1", "ChargeItem/ci2"), "Encounter/e1: has no completed Procedure"),
        ({"resourceType": "Bundle", "type": "collection"}, "no finished Encounter"),
        ({"resourceType": "Bundle", "entry": {}}, "Bundle.entry is not an array"),
        ({"resourceType": "Bundle", "entry": [{}]}, "Bundle.entry[0] has no resource"),
        ({"resourceType": "Bundle", "entry": [3]}, "Bundle.entry[0] has no resource"),
        ({"resourceType": "Claim"}, "not a FHIR Bundle"),
        ([], "not a FHIR Bundle"),
    ],
)  # fmt: skip
def test_what_could_not_be_signed_is_refused_by_resource(bundle, why):
    assert why in refusal(bundle)


@pytest.mark.parametrize(
    ("bundle", "why"),
    [
        (changed(Encounter_e1={"status": None}), "Encounter (Bundle.entry[10]) is not FHIR R4: status is missing"),
        (changed(Patient_p1={"birthDate": "Miller"}), "birthDate has a value of the wrong type or form"),
        (changed(Patient_p1={"Miller": 1}), "it holds an element that the type does not have"),
        (changed(Patient_p1={"name": [{"family": {"Miller": 1}}]}), "wrong type or form"),
        (changed(Patient_p1={"name": "Miller"}), "is not FHIR R4"),
        (changed(Procedure_pr1={"performedDateTime": 20260311}), "a date is not given to the day"),
        (changed(Procedure_pr1={"performedDateTime": "2026-02-30"}), "performedDateTime has a value of the wrong"),
        (changed(Procedure_pr1={"code": ["Miller"]}), "is not FHIR R4"),
        (changed(ChargeItem_ci1={"quantity": {"value": "Miller"}}), "quantity.value"),
    ],
)
def test_what_is_not_fhir_is_refused_by_element(bundle, why):
    assert why in refusal(bundle)


def places(value, path=()):
    """Every place of a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from places(item, (*path, name))


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([path for path in places(BUNDLE) if path]),
    st.sampled_from([None, True, 0, -1, 1.5, "", "Miller", [], {}, ["Miller"], {"Miller": 1}, [[]], [{}], [None]]),
)
def test_whatever_stands_in_one_place_is_read_or_refused(path, value):
    """No value anywhere in a bundle ends in another error than an ExportError, and none is quoted."""
    bundle = deepcopy(BUNDLE)
    at = bundle
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    found = None
    with contextlib.suppress(ExportError):
        found = read(bundle)
    if found is None:
        refusal(bundle)
    else:
        assert all(isinstance(one.person, str) and one.services for one in found)


def test_two_resources_with_one_id_are_refused():
    bundle = deepcopy(BUNDLE)
    twin = deepcopy(find(bundle, "Practitioner", "brook"))
    bundle["entry"].append({"resource": twin})
    assert "another Practitioner of the Bundle has the same id" in refusal(bundle)


def test_two_visits_with_one_number_are_refused():
    number = [
        {
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "VN"}]},
            "value": "V-9",
        }
    ]
    one_clinician = {"performer": [{"actor": {"reference": "Practitioner/brook"}}]}
    bundle = changed(
        Encounter_e1={"identifier": number}, Encounter_e2={"identifier": number}, Procedure_pr4=one_clinician
    )
    assert "one visit number" in refusal(bundle)
    bundle = changed(Encounter_e1={"identifier": [*number, {**number[0], "value": "V-8"}]})
    assert "has 2 visit numbers" in refusal(bundle)


def test_published_encounters_are_refused_clearly(shared):
    """They stand alone, and what they refer to is elsewhere: none can be signed, and each says why."""
    files = sorted((shared / "fhir_r4").glob("Encounter-*.json"))
    assert files
    for file in files:
        data = file.read_bytes()
        with pytest.raises(ExportError, match="single FHIR resource: put it into a Bundle"):
            read_export(data)
        with pytest.raises(ExportError, match=r"Encounter(/[\w-]+| \(Bundle)"):
            read({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": json.loads(data)}]})
