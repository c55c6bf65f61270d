"""The code systems and identifier systems of a FHIR claim and its answers, and what their codes are in an 837."""

from __future__ import annotations

from types import MappingProxyType

HL7 = "http://terminology.hl7.org/CodeSystem"
X12 = "https://codesystem.x12.org/005010"
CARIN = "http://hl7.org/fhir/us/carin-bb/CodeSystem"
PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition"

CLAIM_TYPE = f"{HL7}/claim-type"
CARE_TEAM_ROLE = f"{HL7}/claimcareteamrole"
DIAGNOSIS_TYPE = f"{HL7}/ex-diagnosistype"
RELATED_CLAIM = f"{HL7}/ex-relatedclaimrelationship"
RELATIONSHIP = f"{HL7}/subscriber-relationship"
COVERAGE_CLASS = f"{HL7}/coverage-class"
SUPPORTING_INFORMATION = f"{CARIN}/C4BBSupportingInfoType"
INFORMATION_CATEGORY = f"{HL7}/claiminformationcategory"
TAXONOMY_SYSTEMS = frozenset({"http://nucc.org/provider-taxonomy", "urn:oid:2.16.840.1.113883.6.101"})
TAX_SYSTEMS = frozenset({"http://hl7.org/fhir/sid/us-ein", "urn:oid:2.16.840.1.113883.4.4"})
ICD_10 = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
ICD_10_PCS_SYSTEMS = frozenset({"http://www.cms.gov/Medicare/Coding/ICD10", "urn:oid:2.16.840.1.113883.6.4"})
REVENUE = "https://www.nubc.org/CodeSystem/RevenueCodes"
PAYER_IDENTIFIER = "payerid"

TRANSACTION_TYPE = f"{X12}/640"
"""X12 data element 640 (BHT06): CH a claim, RP an encounter report."""
FREQUENCY = f"{X12}/1325"
"""X12 data element 1325 (CLM05-3): 1 original, 7 replacement, 8 void, 2 to 4 interim."""
INDIVIDUAL_RELATIONSHIP = f"{X12}/1069"
FILING_INDICATOR = f"{X12}/1032"
UNIT = f"{X12}/355"
ADJUSTMENT_GROUP = f"{X12}/1033"
"""X12 data element 1033 (CAS01): CO, PR, OA, PI."""

REASON = "https://x12.org/codes/claim-adjustment-reason-codes"
REMARK = "https://x12.org/codes/remittance-advice-remark-codes"

ITEM_TRACE = f"{PAS}/extension-itemTraceNumber"
"""An item's own control number (REF*6R)."""
ITEM_AUTHORIZATION = f"{PAS}/extension-authorizationNumber"
"""An item's own prior authorisation (REF*G1)."""

X12_RELATIONSHIPS = MappingProxyType({"self": "18", "spouse": "01", "child": "19", "common": "53", "other": "G8"})
"""HL7's subscriber relationship → X12's (SBR02, PAT01). Any other is given as the X12 code itself."""

UNITS = MappingProxyType({"": "UN", "1": "UN", "{unit}": "UN", "min": "MJ", "d": "DA"})
"""UCUM → X12 data element 355 (SV103)."""

ADJUDICATION = f"{HL7}/adjudication"
CARIN_ADJUDICATION = f"{CARIN}/C4BBAdjudication"
DISCRIMINATOR = f"{CARIN}/C4BBAdjudicationDiscriminator"
ADJUSTMENT_REASON = "adjustmentreason"
"""The category of an adjudication that says why a part of the charge is not paid."""
