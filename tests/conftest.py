"""What every test may ask for: real servers of our own, and honest words when one is missing."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from uuid import uuid4

import httpx
import hypothesis
import pytest

from tests.servers.absence import MARK, Absent, give_up, leave_to_the_build, program
from tests.servers.furnishing import furnished
from tests.servers.ground import Ground, settle_in_memory
from tests.servers.postgres import Database, Postgres
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.smtp import Smtp
from tests.servers.turns import BROKER, Turns, group_of, note_groups

GROUND = pytest.StashKey[Ground]()
hypothesis.settings.register_profile(
    "house",
    deadline=None,  # how fast this computer is says nothing about whether a rule holds
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")

CHROMIUM = "apt-get install chromium fonts-dejavu-core"


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the ground of this run; workers stand on that of the process that started them."""
    settle_in_memory()
    given = getattr(config, "workerinput", {}).get("ground")
    config.stash[GROUND] = Ground(Path(given)) if given else Ground.new()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End every server once the run is over."""
    if not hasattr(config, "workerinput"):
        config.stash[GROUND].clear()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, where a person waits, what only the build runs."""
    if (mark := item.get_closest_marker("left_to_the_build")) is not None:
        leave_to_the_build(mark.args[0])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a new worker where the ground is."""
    node.workerinput["ground"] = str(node.config.stash[GROUND].folder)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Turns:
    """Deal out the tests so that those of the broker never run at the same time."""
    return Turns(config, log, config.stash[GROUND])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Note who must run with whom; start RabbitMQ, which takes a while, if anyone needs it."""
    ground = session.config.stash[GROUND]
    note_groups(ground, session.items)
    wanted = any(group_of(item) == BROKER for item in session.items)
    if wanted and not session.config.option.collectonly:
        Thread(target=_start_broker, args=[ground], daemon=True).start()


def _start_broker(ground: Ground) -> None:
    with suppress(Absent):
        RabbitMQ.shared(ground)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was not tested here, and the one command that would change that."""
    missed: dict[str, set[str]] = defaultdict(set)
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
        if MARK in reason:
            missed[reason.split(MARK)[1].strip()].add(report.nodeid.split("::")[0])
    if missed:
        terminalreporter.section("not tested on this machine")
    for reason, files in sorted(missed.items()):
        terminalreporter.write_line(f"{reason}")
        terminalreporter.write_line(f"    skipped for want of it: {', '.join(sorted(files))}")


@pytest.fixture(scope="session")
def ground(pytestconfig: pytest.Config) -> Ground:
    """The folder and the locks that all workers of this run share."""
    return pytestconfig.stash[GROUND]


@pytest.fixture(scope="session")
def postgres(ground: Ground) -> Postgres:
    """A real PostgreSQL shared by the whole run: do not kill it, see `mortal_postgres`."""
    try:
        return Postgres.shared(ground)
    except Absent as absent:
        give_up(absent)


@pytest.fixture
def mortal_postgres(ground: Ground) -> Iterator[Postgres]:
    """A real PostgreSQL of this test alone, to be stopped, killed, frozen and started again."""
    try:
        server = Postgres.create(ground, f"mortal-{uuid4().hex[:8]}")
    except Absent as absent:
        give_up(absent)
    yield server
    server.thaw()
    server.kill()
    shutil.rmtree(server.folder)


@pytest.fixture
def new_database(postgres: Postgres) -> Iterator[Callable[..., Database]]:
    """Return a function that makes an empty database: `new_database("intake").url`."""
    made: list[Database] = []

    def make(name: str = "test", *, like: str = "template1") -> Database:
        made.append(postgres.new_database(name, like=like))
        return made[-1]

    yield make
    for database in made:
        database.drop()


@pytest.fixture
def furnished_database(ground: Ground, postgres: Postgres, new_database) -> Callable[..., Database]:
    """Return a function that makes a database with a service's tables: `make("intake").url`."""
    return lambda service: new_database(service, like=furnished(ground, postgres, service))


@pytest.fixture(scope="session")
def rabbitmq(ground: Ground) -> RabbitMQ:
    """A real RabbitMQ, which a test may kill and freeze: its tests never run at the same time."""
    try:
        return RabbitMQ.shared(ground)
    except Absent as absent:
        give_up(absent)


@pytest.fixture
def vhost(request: pytest.FixtureRequest, rabbitmq: RabbitMQ) -> Iterator[str]:
    """The name of an empty virtual host on a running broker: `rabbitmq.url(vhost)`."""
    assert group_of(request.node) == BROKER, "Ask for it by name, or another test may kill it."
    rabbitmq.revive()
    name = rabbitmq.new_vhost()
    yield name
    with suppress(httpx.HTTPError):
        rabbitmq.drop_vhost(name)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Smtp]:
    """The mail server behind `smtp`."""
    server = Smtp()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp(mail_server: Smtp) -> Smtp:
    """A real mail server with an empty box, which accepts everything until told otherwise."""
    mail_server.forget()
    mail_server.revive()
    return mail_server


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The path of a Chromium for tests in a browser."""
    try:
        return program("chromium", also=["chromium-browser", "google-chrome"], command=CHROMIUM)
    except Absent as absent:
        give_up(absent)
