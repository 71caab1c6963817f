"""One person's copy as a FHIR R4 (4.0.1) bundle: a patient, their consent, what they answered.

It holds one person. Nobody else is in it: no group, no related person, no couple.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
BASE = "http://attune.invalid/fhir"
"""Where references within a bundle are looked up; it leads nowhere outside of it."""

RESTRICTED = {"system": CONFIDENTIALITY, "code": "R", "display": "restricted"}
SENSITIVE = [
    RESTRICTED,
    {"system": ACT_CODE, "code": "MH", "display": "mental health"},
    {"system": ACT_CODE, "code": "SEX", "display": "sexuality and reproductive health"},
]

Resource = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A form that a person filled in: what it is called, when, and (code, question, answer)."""

    id: str
    form: str
    on: str
    answers: Sequence[tuple[str, str, Any]]


def bundle(*, id: str, made_at: str, resources: Iterable[Resource]) -> Resource:
    """Return resources as one collection."""
    return {
        "resourceType": "Bundle",
        "id": id,
        "meta": {"security": [RESTRICTED]},
        "type": "collection",
        "timestamp": made_at,
        "entry": [
            {"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one}
            for one in resources
        ],
    }


def patient(person: Mapping[str, Any], contact: Mapping[str, Any]) -> Resource:
    """Return a person as a patient; nothing that they were not asked about is made up."""
    found: Resource = {
        "resourceType": "Patient",
        "id": person["id"],
        "meta": {"security": [RESTRICTED]},
        "active": True,
        "name": [{"use": "usual", "text": person["name"]}],
        "communication": [{"language": _language(person["language"]), "preferred": True}],
    }
    if contact["email"]:
        found["telecom"] = [{"system": "email", "value": contact["email"]}]
    return found


def response(answered: Answered, person_id: str) -> Resource:
    """Return a form that a person filled in, about themselves and by themselves."""
    whose = {"reference": f"Patient/{person_id}"}
    found: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": answered.id,
        "meta": {"security": SENSITIVE},
        "questionnaire": answered.form,
        "status": "completed",
        "subject": whose,
        "authored": answered.on,
        "source": whose,
    }
    if items := [_item(*one) for one in answered.answers]:
        found["item"] = items
    return found


def _item(code: str, says: str, answer: Any) -> Resource:
    given = answer if isinstance(answer, list) else [answer]
    text = {"text": says} if says else {}
    return {"linkId": code, **text, "answer": [_value(one) for one in given]}


def _value(answer: Any) -> Resource:
    if isinstance(answer, int):
        return {"valueInteger": answer}
    return {"valueString": str(answer)}


def _language(tag: str) -> Resource:
    return {"coding": [{"system": "urn:ietf:bcp:47", "code": tag}]}
