"""Exceptions to the rules of tenancy, each with its reason; a new one is argued for here."""

OUTSIDE_ALL_CLINICS = {
    "alembic_version": "which migrations have run",
    "subject_version": "how many facts were told about a random id",
    "unsequenced": "which facts wait for their position: counted ids and names of streams",
    "sequenced": "the positions of facts: the same",
    "stream_head": "the ends of streams",
    "rate_count": "how often something was tried, under keyed hashes, before anyone is known",
    "relay_lease": "which process relays",
    "inbox_cursor": "how far was heard",
    "queue_lost": "counts of queues",
    "organization": "stands above its clinics, and is known before anyone is signed in",
    "organization_clinic": "says which clinics an organization has",
    "directory_key": "keys the hashes of sign-in names, before anyone is signed in",
    "staff_account": "someone signs in before it is known where they work",
    "staff_role": "the same; a person may have roles at several clinics",
    "staff_session": "the same",
    "staff_seen": "when a sign-in was last used: ids and times",
    "recovery_code": "keyed hashes by which someone signs in, before it is known where they work",
    "consent_text": "texts that are shown to everybody, by their hash",
    "release": "figures of a whole organization, which passed disclosure control",
}
"""Every table without a ``clinic_id``, and why that is right."""

KEYS_BESIDE_THE_CLINIC = {
    "outbox (id)": "counted by the database, never chosen",
    "outbox (event_id)": "random, made by us in the transaction that inserts it",
    "outbox (stream, subject_id, subject_version)": "counted by us; the subject is a random id",
    "undelivered (stream, partition, position)": "a place in another service's feed, as heard",
    "wanted (kind, clinic_id, subject_id)": "holds the clinic, only not first",
    "link_key (token_hash)": "the keyed hash of 128 random bits that we chose ourselves",
    "open_form (key_hash)": "the same",
    "consent_link (token_hash)": "the same",
    "open_consent_form (key_hash)": "the same",
}
"""Every key that does not start with the clinic, and why it tells no clinic of another."""

TOLD_AND_HEARD = {"outbox", "undelivered", "wanted"}
"""What the backbone sees of all clinics: ids, codes, versions and times."""
