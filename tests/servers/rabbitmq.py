"""A RabbitMQ of our own: one broker in a run, a virtual host per test."""

import os
import signal
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
from kombu import Connection

from tests.servers import process
from tests.servers.absence import program
from tests.servers.ground import Ground, free_port

COMMAND = "apt-get install rabbitmq-server"
FOLDER = Path("/usr/lib/rabbitmq/bin")
PORTS = ("amqp", "dist", "management", "epmd")

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
"""


class RabbitMQ:
    """One broker on 127.0.0.1 with a folder, an epmd and a node name of its own.

    Killing and starting again keeps durable messages in durable queues.
    """

    def __init__(self, ground: Ground, *, ports: dict[str, int] | None = None):
        self.ground = ground
        self.folder = ground.folder / "rabbitmq"
        self.ports = ports or {name: free_port() for name in PORTS}
        self.node = f"attune-{self.ports['amqp']}@localhost"

    @classmethod
    def create(cls, ground: Ground) -> "RabbitMQ":
        """Return a broker that has just been set up and started (6 to 17 seconds)."""
        server_program()
        broker = cls(ground)
        broker.setup()
        broker.start()
        return broker

    @classmethod
    def shared(cls, ground: Ground) -> "RabbitMQ":
        """Return the one broker of this run, started by the first worker that asks."""
        noted = ground.once("rabbitmq", lambda: {"ports": cls.create(ground).ports})
        return cls(ground, ports=noted["ports"])

    def setup(self) -> None:
        """Write the configuration and start the private epmd."""
        process.given_to_nobody(self.folder)
        configuration = CONFIGURATION.format(**self.ports)
        (self.folder / "rabbitmq.conf").write_text(configuration)
        (self.folder / "plugins").write_text("[rabbitmq_management].\n")
        epmd = program("epmd", command=COMMAND)
        port = str(self.ports["epmd"])
        process.launch(
            [epmd, "-port", port, "-address", "127.0.0.1"],
            ground=self.ground,
            log=self.ground.folder / "epmd.log",
        )

    def start(self) -> None:
        """Start, and return once one can log in."""
        log = self.ground.folder / "rabbitmq.log"
        pid = process.launch(
            [server_program()],
            ground=self.ground,
            log=log,
            environment=self._environment(),
        )
        (self.ground.folder / "rabbitmq.pid").write_text(str(pid))
        process.wait_for_start(pid, self.answers, seconds=100, log=log)

    def revive(self) -> None:
        """Bring it back after whatever the last test did to it."""
        if self.running:
            self.thaw()
        else:
            self.start()

    def stop(self) -> None:
        """Stop as an operator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it hang: connections stay open and nothing answers."""
        self._running_beam().suspend()

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        self._running_beam().resume()

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._beam() is not None

    def answers(self) -> bool:
        """Say whether one can log in, and ask the management API, which comes a moment later."""
        with (
            suppress(OSError, httpx.HTTPError),
            closing(Connection(self.url("/"), connect_timeout=5)) as connection,
        ):
            connection.connect()
            self.ask("GET", "/api/overview")
            return True
        return False

    def url(self, vhost: str = "/") -> str:
        """Return the address of a virtual host."""
        return f"amqp://guest:guest@127.0.0.1:{self.ports['amqp']}/{vhost}"

    def new_vhost(self) -> str:
        """Make an empty virtual host and return its name."""
        name = f"test-{uuid4().hex[:12]}"
        self.ask("PUT", f"/api/vhosts/{name}")
        return name

    def drop_vhost(self, name: str) -> None:
        """Remove a virtual host and all in it."""
        self.ask("DELETE", f"/api/vhosts/{name}")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the management API, for instance `ask("GET", "/api/queues")`; returns its JSON."""
        address = f"http://127.0.0.1:{self.ports['management']}{path}"
        answer = httpx.request(method, address, json=body, auth=("guest", "guest"), timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _beam(self) -> psutil.Process | None:
        """Return the Erlang machine that is the broker, or None when it is not running."""
        pid = int((self.ground.folder / "rabbitmq.pid").read_text())
        machines = (relative for relative in process.family(pid) if relative.name() == "beam.smp")
        return next(machines, None)

    def _running_beam(self) -> psutil.Process:
        beam = self._beam()
        if beam is None:
            raise RuntimeError("The broker is not running.")
        return beam

    def _end(self, number: signal.Signals) -> None:
        process.end(self._running_beam().pid, number)

    def _environment(self) -> dict[str, str]:
        loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_PORT": str(self.ports["amqp"]),
            "RABBITMQ_DIST_PORT": str(self.ports["dist"]),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "schema"),
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none {loopback}"
            ),
        }


def server_program() -> Path:
    """Return the broker's program; raises Absent where there is none."""
    return program("rabbitmq-server", folders=[FOLDER], command=COMMAND)
