"""What every service's database holds besides its own tables, and what protects all of them."""

from sqlalchemy import Connection, MetaData

from shared.audit.tables import make_append_only, trail
from shared.auth.tables import sign_ins
from shared.events.tables import backbone
from shared.rates.tables import rates
from shared.tenancy import secure

EVERYWHERE = (backbone, trail, sign_ins, rates)


def together(metadata: MetaData) -> MetaData:
    """Return the tables of a service and those of all services as one."""
    one = MetaData(naming_convention=metadata.naming_convention)
    for part in (*EVERYWHERE, metadata):
        for table in part.sorted_tables:
            table.to_metadata(one)
    return one


def settle_in(connection: Connection, every: MetaData) -> None:
    """Protect the tables that are there; done whenever they may have changed, safe to do again."""
    secure(connection, every)
    make_append_only(connection)  # takes away rights that every table was just given
