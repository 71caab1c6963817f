"""Key rings for tests: real ones, with a key store that is forgotten with the test."""

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from shared.keys import KeyRing, KeyStore, Root


def new_ring(root: bytes = bytes(32)) -> KeyRing:
    """Return a ring with an empty key store in memory."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    store = KeyStore(engine)
    store.prepare()
    return KeyRing(Root([root]), store)
