"""What a person permits can be read by other systems: one person each, as three standards say."""

import json

import jsonschema
import pytest
from fhir.resources.R4B.consent import Consent as R4BConsent
from fhirclient.models.consent import Consent as R4Consent

from services.intake.consent import queries, usecases
from shared.consent.decision import Because
from shared.consent.exchange import fhir, iso27560
from shared.consent.exchange.record import Controller, records_of
from tests.intake.test_consent import answered, ledger, write_down
from tests.intake.test_consent_pages import whole_card

URN = {"type": "string", "pattern": "^urn:uuid:[0-9a-f-]{36}$"}
TEXT = {"type": "string", "pattern": "^urn:attune:text:.+:[0-9]+:[a-z]{2}:[0-9a-f]{64}$"}
TIME = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"}
DPV = {"type": "string", "pattern": "^dpv:[A-Z][A-Za-z]+$"}


def shape(**properties):
    """Return the schema of an object that has all of these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def some(items):
    return {"type": "array", "items": items, "minItems": 1}


STRING, FLAG = {"type": "string", "minLength": 1}, {"type": "boolean"}
RECORD = shape(
    **{
        "@context": {"type": "object"},
        "@type": {"const": "dpv:ConsentRecord"},
        "schema_version": {"const": "ISO/IEC TS 27560:2023"},
        "record_id": URN,
        "pii_principal_id": URN,
        "state": DPV,
        "pii_processing": shape(
            privacy_notice=TEXT,
            language=STRING,
            purposes=some(
                shape(
                    purpose=STRING,
                    purpose_description=STRING,
                    purpose_type=DPV,
                    lawful_basis={"enum": ["eu-gdpr:A9-2-a", "eu-gdpr:A9-2-h"]},
                    pii_information=some(
                        shape(pii_type=STRING, pii_optional=FLAG, sensitive_pii=FLAG)
                    ),
                    pii_controllers=some(URN),
                    services=some(STRING),
                    jurisdiction=STRING,
                    recipient_third_parties={"type": "array"},
                    withdrawal_method=STRING,
                )
            ),
        ),
        "party_identification": some(
            shape(party_id=URN, party_name=STRING, party_contact=STRING, party_type=DPV)
        ),
        "event": some(
            shape(
                event_id=URN,
                event_time=TIME,
                event_state=DPV,
                event_type=DPV,
                valid_from=TIME,
                valid_until=TIME,
                entity_id=URN,
                expression_method=STRING,
                expression_setting=STRING,
                witness_id={"anyOf": [URN, {"type": "null"}]},
                notice=TEXT,
                notice_language=STRING,
                record_hash=STRING,
                previous_record_hash=STRING,
            )
        ),
    }
)
RECEIPT = shape(
    version={"const": "KI-CR-v1.1.0"},
    jurisdiction=STRING,
    consentTimestamp={"type": "integer", "minimum": 1_500_000_000},
    collectionMethod=STRING,
    consentReceiptID={"type": "string", "format": "uuid"},
    language=STRING,
    piiPrincipalId=STRING,
    piiControllers=some(
        shape(
            piiController=STRING,
            onBehalf=FLAG,
            contact=STRING,
            address={"type": "object"},
            email=STRING,
            phone=STRING,
        )
    ),
    policyUrl=TEXT,
    services=some(
        shape(
            service=STRING,
            purposes=some(
                shape(
                    purpose=STRING,
                    purposeCategory=some(STRING),
                    consentType={"enum": ["EXPLICIT", "IMPLICIT"]},
                    piiCategory=some(STRING),
                    primaryPurpose=FLAG,
                    termination=STRING,
                    thirdPartyDisclosure=FLAG,
                )
            ),
        )
    ),
    sensitive=FLAG,
    spiCat={"type": "array", "items": STRING},
)


@pytest.fixture
def ana(house, ana_and_noa):
    """Ana, who said much: a yes, a no, a yes again, on paper and on the screen."""
    person_id = house.person(ana_and_noa, "Ana")
    answered(house, person_id)
    house.clock.pass_by(days=1)
    with house.work() as work:
        usecases.answer(
            work,
            clinic_id=house.clinic,
            person_id=person_id,
            answers={"checkin.email": False, "contact.voicemail": True, "treatment.record": True},
            now=house.clock.now(),
        )
    house.clock.pass_by(days=1)
    ines = house.visitor("ines")
    write_down(ines, house.page(ana_and_noa, person_id, "/consent"))
    return person_id


def asked(house, relationship, person_id, more="", name="ines"):
    """Ask as a program of the clinic would."""
    url = f"/intake/api/relationships/{relationship.id}/members/{person_id}/consent{more}"
    return house.visitor(name).get(url)


@pytest.mark.requirement("INT-03")
def test_a_record_is_what_iso_27560_asks_for_in_the_words_of_dpv(house, ana_and_noa, ana):
    records = asked(house, ana_and_noa, ana).get_json()["records"]

    for record in records:
        jsonschema.validate(record, RECORD)
    states = {one["pii_processing"]["purposes"][0]["purpose"]: one["state"] for one in records}
    assert states == {
        "treatment.record": "dpv:ConsentGiven",
        "checkin.email": "dpv:RenewedConsentGiven",
        "report.aggregate": "dpv:ConsentGiven",
        "contact.voicemail": "dpv:ConsentGiven",
    }
    [mails] = [one for one in records if "checkin.email" in json.dumps(one)]
    assert [event["event_state"] for event in mails["event"]] == [
        "dpv:ConsentGiven",
        "dpv:ConsentWithdrawn",
        "dpv:ConsentGiven",
    ]
    assert mails["event"][2]["witness_id"] == f"urn:uuid:{house.staff['ines']}"


@pytest.mark.requirement("INT-03")
def test_a_receipt_is_what_kantara_asks_for_and_given_for_each_yes(house, ana_and_noa, ana):
    receipts = asked(house, ana_and_noa, ana, "/receipts").get_json()["receipts"]

    for receipt in receipts:
        jsonschema.validate(receipt, RECEIPT)
    assert len(receipts) == 5
    assert {one["piiPrincipalId"] for one in receipts} == {str(ana)}


@pytest.mark.requirement("INT-03")
def test_a_resource_is_read_by_two_libraries_of_others(house, ana_and_noa, ana):
    consent = asked(house, ana_and_noa, ana, "/fhir").get_json()["consent"]

    strict = R4Consent(jsondict=consent, strict=True)
    other = R4BConsent.model_validate(consent)

    assert strict.patient.reference == other.patient.reference == f"Patient/{ana}"
    assert strict.provision.type == other.provision.type == "deny"
    assert {one.type for one in other.provision.provision} == {"permit"}
    codes = {one.code[0].coding[0].code for one in strict.provision.provision}
    assert codes == {"treatment.record", "checkin.email", "report.aggregate", "contact.voicemail"}
    assert strict.status == "active"


@pytest.mark.requirement("INT-03")
def test_two_people_are_two_resources_with_one_patient_each(house, ana_and_noa, ana):
    noa = house.person(ana_and_noa, "Noa")
    answered(house, noa)
    controller = Controller(id=house.clinic, name="Harbour Group", clinic="Harbour Street")

    each = [
        asked(house, ana_and_noa, person, "/fhir").get_json()["consent"] for person in (ana, noa)
    ]

    assert [one["patient"]["reference"] for one in each] == [f"Patient/{ana}", f"Patient/{noa}"]
    assert str(noa) not in json.dumps(each[0])
    decisions = queries.decisions_on(ledger(house, ana), house.clock.now())
    one = records_of(ledger(house, ana), decisions.items())
    other = records_of(ledger(house, noa), decisions.items())
    with pytest.raises(fhir.NotOnePerson):
        fhir.consent_resource([*one, *other], controller)


@pytest.mark.requirement("INT-03")
@pytest.mark.parametrize("more", ["", "/receipts", "/fhir"])
def test_nothing_is_given_out_that_names_anyone(house, ana_and_noa, ana, more):
    whole_card(house, ana)

    text = asked(house, ana_and_noa, ana, more).text

    assert not any(word in text for word in ("Ana", "Noa", "@mail.example", "Lisbon"))


@pytest.mark.parametrize(("name", "status"), [("joao", 404), ("marta", 403), ("rui", 403)])
def test_only_the_treating_clinician_is_given_any(house, ana_and_noa, ana, name, status):
    statuses = {asked(house, ana_and_noa, ana, m, name).status_code for m in ("", "/fhir")}

    assert statuses == {status}


@pytest.mark.requirement("INT-03")
def test_only_given_and_renewed_are_states_that_permit():
    permitting = {state for because, state in iso27560.STATES.items() if because is Because.GIVEN}

    assert permitting == {"dpv:ConsentGiven"}
    alike = {Because.NOT_YET, Because.DEFERRED}
    assert {iso27560.STATES[one] for one in alike} == {"dpv:ConsentRequestDeferred"}
    assert len(set(iso27560.STATES.values())) == len(set(Because) - alike) + 1
    assert set(iso27560.STATES) == set(Because)
