"""Receipts in the form of the Kantara Consent Receipt 1.1: a snapshot of one yes."""

from typing import Any

from shared.consent.exchange.record import Controller, Record, moment, text_uri
from shared.consent.ledger import Kept
from shared.consent.purposes import Kind, kind_of
from shared.consent.terms import State

VERSION = "KI-CR-v1.1.0"


def receipts(record: Record, controller: Controller) -> list[dict[str, Any]]:
    """Return a receipt of each yes; a no needs none."""
    return [
        _receipt(row, kind_of(record.purpose), controller)
        for row in record.revisions
        if row.state is State.GIVEN
    ]


def _receipt(row: Kept, kind: Kind, controller: Controller) -> dict[str, Any]:
    return {
        "version": VERSION,
        "jurisdiction": controller.jurisdiction,
        "consentTimestamp": int(row.decided_at.timestamp()),
        "collectionMethod": f"{row.method.value}, {row.setting.value}",
        "consentReceiptID": str(row.id),
        "language": row.locale,
        "piiPrincipalId": str(row.person_id),
        "piiControllers": [
            {
                "piiController": controller.name,
                "onBehalf": False,
                "contact": controller.contact,
                "address": {"name": controller.clinic},
                "email": "not stated",
                "phone": "not stated",
            }
        ],
        "policyUrl": text_uri(row),
        "services": [
            {"service": service, "purposes": [_purpose(row, kind)]}
            for service in sorted({effect.service for effect in kind.effects})
        ],
        "sensitive": kind.sensitive,
        "spiCat": ["Health", "Sex life"] if kind.sensitive else [],
    }


def _purpose(row: Kept, kind: Kind) -> dict[str, Any]:
    return {
        "purpose": kind.says,
        "purposeCategory": [row.purpose],
        "consentType": "EXPLICIT",
        "piiCategory": list(kind.data),
        "primaryPurpose": False,
        "termination": f"At {moment(row.valid_until)}, or when the person says so",
        "thirdPartyDisclosure": False,
    }
