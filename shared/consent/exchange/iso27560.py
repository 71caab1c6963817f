"""Consent records in the structure of ISO/IEC TS 27560, with the words of the W3C's DPV."""

from typing import Any

from shared.consent.decision import Because
from shared.consent.exchange.record import Controller, Record, moment, text_uri
from shared.consent.ledger import Kept
from shared.consent.purposes import Basis, Kind, kind_of
from shared.consent.terms import State

SCHEMA_VERSION = "ISO/IEC TS 27560:2023"
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
}
BASES = {
    Basis.CONSENT: "eu-gdpr:A9-2-a",
    Basis.INFORMED: "eu-gdpr:A9-2-h",
    Basis.NOTED: "eu-gdpr:A9-2-h",
}
STATES = {
    Because.GIVEN: "dpv:ConsentGiven",
    Because.NEVER_ASKED: "dpv:ConsentUnknown",
    Because.REFUSED: "dpv:ConsentRefused",
    Because.DEFERRED: "dpv:ConsentRequestDeferred",
    Because.WITHDRAWN: "dpv:ConsentWithdrawn",
    Because.PAUSED: "dpv:ConsentRevoked",
    Because.NOT_YET: "dpv:ConsentRequestDeferred",
    Because.ENDED: "dpv:ConsentExpired",
    Because.TEXT_CHANGED: "dpv:ConsentInvalidated",
}
"""What a decision is called; only the first (and a renewed one) permits."""

SAID = {
    State.GIVEN: "dpv:ConsentGiven",
    State.REFUSED: "dpv:ConsentRefused",
    State.DEFERRED: "dpv:ConsentRequestDeferred",
    State.WITHDRAWN: "dpv:ConsentWithdrawn",
    State.PAUSED: "dpv:ConsentRevoked",
}
PURPOSES = {
    "report.aggregate": "dpv:InternalResourceOptimisation",
    "research": "dpv:ResearchAndDevelopment",
    "checkin.email": "dpv:CommunicationManagement",
    "checkin.sms": "dpv:CommunicationManagement",
    "contact.voicemail": "dpv:CommunicationManagement",
}
WITHDRAWAL = "At the clinic's screen, by a link, on paper or in words; no reason is asked."


def consent_record(record: Record, controller: Controller) -> dict[str, Any]:
    """Return one record as JSON."""
    state = "dpv:RenewedConsentGiven" if record.renewed else STATES[record.decision.because]
    return {
        "@context": CONTEXT,
        "@type": "dpv:ConsentRecord",
        "schema_version": SCHEMA_VERSION,
        "record_id": f"urn:uuid:{record.revisions[0].id}",
        "pii_principal_id": f"urn:uuid:{record.person_id}",
        "state": state,
        "pii_processing": {
            "privacy_notice": text_uri(record.latest),
            "language": record.latest.locale,
            "purposes": [_purpose(record, kind_of(record.purpose), controller)],
        },
        "party_identification": [
            {
                "party_id": f"urn:uuid:{controller.id}",
                "party_name": controller.name,
                "party_contact": controller.contact,
                "party_type": "dpv:DataController",
            }
        ],
        "event": [_event(row) for row in record.revisions],
    }


def _purpose(record: Record, kind: Kind, controller: Controller) -> dict[str, Any]:
    return {
        "purpose": record.purpose,
        "purpose_description": kind.says,
        "purpose_type": PURPOSES.get(kind.code, "dpv:ServiceProvision"),
        "lawful_basis": BASES[kind.basis],
        "pii_information": [
            {"pii_type": data, "pii_optional": True, "sensitive_pii": kind.sensitive}
            for data in kind.data
        ],
        "pii_controllers": [f"urn:uuid:{controller.id}"],
        "services": sorted({effect.service for effect in kind.effects}),
        "jurisdiction": controller.jurisdiction,
        "recipient_third_parties": [],
        "withdrawal_method": WITHDRAWAL if kind.can_be_withdrawn else "It rests on no consent.",
    }


def _event(row: Kept) -> dict[str, Any]:
    return {
        "event_id": f"urn:uuid:{row.id}",
        "event_time": moment(row.decided_at),
        "event_state": SAID[row.state],
        "event_type": "dpv:ExplicitlyExpressedConsent",
        "valid_from": moment(row.valid_from),
        "valid_until": moment(row.valid_until),
        "entity_id": f"urn:uuid:{row.recorded_by or row.person_id}",
        "expression_method": row.method.value,
        "expression_setting": row.setting.value,
        "witness_id": f"urn:uuid:{row.witnessed_by}" if row.witnessed_by else None,
        "notice": text_uri(row),
        "notice_language": row.locale,
        "record_hash": row.hash,
        "previous_record_hash": row.previous_hash,
    }
