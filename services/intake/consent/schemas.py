"""The shapes of one person's consent at the door for programs."""

from marshmallow import Schema, fields

from shared.consent.exchange.iso27560 import SCHEMA_VERSION
from shared.consent.exchange.kantara import VERSION


class ConsentRecordsSchema(Schema):
    """One person's records; each is described by ISO/IEC TS 27560 and the W3C's DPV."""

    schema_version = fields.Constant(SCHEMA_VERSION)
    records = fields.List(fields.Dict())


class ConsentReceiptsSchema(Schema):
    """A Kantara Consent Receipt of each yes of one person."""

    version = fields.Constant(VERSION)
    receipts = fields.List(fields.Dict())


class FhirConsentSchema(Schema):
    """One person's consent as a FHIR R4 (4.0.1) resource."""

    fhir_version = fields.Constant("4.0.1")
    consent = fields.Dict(allow_none=True)
