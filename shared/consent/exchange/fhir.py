"""Consent as FHIR R4 (4.0.1): one resource for one person, never one for two.

The base rule denies; each purpose that is permitted is one exception, and nothing is nested deeper.
"""

from collections.abc import Sequence
from typing import Any

from shared.consent.exchange.record import Controller, Record, moment, text_uri
from shared.consent.purposes import kind_of
from shared.consent.terms import State

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
REASONS = {
    "report.aggregate": ("HOPERAT", "healthcare operations"),
    "referral": ("COC", "coordination of care"),
    "research": ("HRESCH", "healthcare research"),
}
TREATMENT = ("TREAT", "treatment")
SENSITIVE = (("MH", "mental health"), ("SEX", "sexuality and reproductive health"))


class NotOnePerson(ValueError):
    """A Consent has one patient; what several people agreed on is several."""


def consent_resource(records: Sequence[Record], controller: Controller) -> dict[str, Any]:
    """Return one person's records as one resource. Raises NotOnePerson."""
    people = {record.person_id for record in records}
    if len(people) != 1:
        raise NotOnePerson
    [person_id] = people
    latest = max(records, key=lambda record: record.latest.decided_at).latest
    patient = {"reference": f"Patient/{person_id}"}
    return {
        "resourceType": "Consent",
        "id": str(person_id),
        "status": _status(records),
        "scope": _concept(
            "http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy", "Privacy"
        ),
        "category": [_concept("http://loinc.org", "59284-0", "Consent Document")],
        "patient": patient,
        "dateTime": moment(latest.decided_at),
        "performer": [patient],
        "organization": [
            {"reference": f"Organization/{controller.id}", "display": controller.name}
        ],
        "sourceReference": {
            "type": "DocumentReference",
            "identifier": {"system": "urn:ietf:rfc:3986", "value": text_uri(latest)},
        },
        "policy": [{"uri": text_uri(record.latest)} for record in records],
        "verification": [
            {
                "verified": True,
                "verifiedWith": patient,
                "verificationDate": moment(latest.decided_at),
            }
        ],
        "provision": {"type": "deny"} | _exceptions(records),
    }


def _status(records: Sequence[Record]) -> str:
    if any(record.decision.permits for record in records):
        return "active"
    refused = all(record.latest.state is State.REFUSED for record in records)
    return "rejected" if refused else "inactive"


def _exceptions(records: Sequence[Record]) -> dict[str, Any]:
    permitted = [_permit(record) for record in records if record.decision.permits]
    return {"provision": permitted} if permitted else {}


def _permit(record: Record) -> dict[str, Any]:
    kind = kind_of(record.purpose)
    labels = [_coding(CONFIDENTIALITY, "R", "restricted")]
    if kind.sensitive:
        labels += [_coding(ACT_CODE, code, says) for code, says in SENSITIVE]
    ends = record.decision.ends_at or record.latest.valid_until
    return {
        "type": "permit",
        "period": {"start": moment(record.latest.valid_from), "end": moment(ends)},
        "purpose": [_coding(ACT_REASON, *REASONS.get(kind.code, TREATMENT))],
        "securityLabel": labels,
        "code": [_concept("urn:attune:purposes", record.purpose, kind.says)],
    }


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def _concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [_coding(system, code, display)]}
