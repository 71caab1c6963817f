"""Attune on one computer: four services in one process, behind one address, until Ctrl-C."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event as Flag
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar
from waitress.server import create_server

from deploy.folder import Folder
from deploy.front import Origin
from deploy.progress import READY, Progress, ProgressFile
from deploy.surroundings import MEMBER_HOST, STAFF_HOST, USUAL_PORT, laptop_settings
from deploy.welcome import Welcome, wide

if TYPE_CHECKING:
    from deploy.network import Network

THREADS = 8
PORTS_TRIED = 50
LOOK_EVERY_SECONDS = 0.3


class Laptop:
    """Everything that `attune run` starts, and ends."""

    def __init__(
        self, *, port: int | None, fresh: bool, empty: bool, console: Console | None = None
    ):
        self._wanted_port = port or USUAL_PORT
        self._fresh = fresh
        self._empty = empty
        self._console = console or wide()
        self._stop = Flag()
        self._usable = False

    def run(self) -> None:
        """Serve pages at once, fill the invented network behind them, work until told to stop.

        Raises BadSettings, or AlreadyRunning where another one works in the same folder.
        """
        self._settings = laptop_settings("intake", port=self._wanted_port)
        with Folder(self._settings.data_dir, fresh=self._fresh) as folder:
            self._folder = folder
            self._progress = ProgressFile(folder.path)
            listening = listen(self._wanted_port)
            port = listening.getsockname()[1]
            self._settings = laptop_settings("intake", port=port)
            folder.note_running(port)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._on_signal)
            self._work(listening, port)

    def _work(self, listening: socket.socket, port: int) -> None:
        """The first page is there before anything large is loaded."""
        welcome = Welcome(self._console, port, self._folder)
        origin = Origin((STAFF_HOST, MEMBER_HOST), self._told)
        with self._pages(listening, origin), self._folder.log() as log:
            welcome.say_hello(asked_for=self._wanted_port)
            services = self._open_doors(origin, port, log)
            if self._empty:
                self._progress.tell(READY)
            if not self._progress.read().ready:
                self._fill(port, welcome)
            if not self._stop.is_set():
                self._stay(services, welcome)
        self._console.print("Goodbye. The next start goes on from here.")

    def _stay(self, services: "Network", welcome: Welcome) -> None:
        self._usable = True
        with self._workers(services):
            welcome.show_around()
            welcome.say_ready()
            self._stop.wait()
            self._console.print("\nEnding what has begun …")

    def _open_doors(self, origin: Origin, port: int, log: TextIO) -> "Network":
        from deploy.fitness import say_what_keeps_clinics_apart
        from deploy.home import RoleHome
        from deploy.network import build_network
        from shared.clock import Clock
        from shared.logs import configure_logs

        configure_logs(level=self._settings.log_level, stream=log)
        say_what_keeps_clinics_apart(self._settings)
        services = build_network(
            partial(laptop_settings, port=port), Clock(self._settings.clock_file)
        )
        origin.apps.update({name: service.app for name, service in services.items()})
        origin.home = RoleHome(self._settings)
        return services

    def _told(self) -> Progress:
        """Return what pages say: what is there can be used, even where the filling failed."""
        return READY if self._usable else self._progress.read()

    @contextmanager
    def _pages(self, listening: socket.socket, origin: Origin) -> Iterator[None]:
        server = create_server(
            origin,
            sockets=[listening],
            threads=THREADS,
            ident=None,
            max_request_body_size=self._settings.max_body_bytes,
            clear_untrusted_proxy_headers=True,
        )
        serving = Thread(target=server.run, name="pages", daemon=True)
        serving.start()
        try:
            yield
        finally:
            with suppress(OSError):
                server.close()

    @contextmanager
    def _workers(self, services: "Network") -> Iterator[None]:
        from shared.events.worker import Worker

        workers = [Worker(service) for service in services.values()]
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            stopping = [Thread(target=worker.stop) for worker in workers]
            for thread in stopping:
                thread.start()
            for thread in stopping:
                thread.join()

    def _fill(self, port: int, welcome: Welcome) -> None:
        """Fill the invented network in a process of its own, until it is there or told to stop.

        The process ends by itself when this one does, for then its standard input ends.
        """
        command = [sys.executable, "-m", "deploy.seed", "--port", str(port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as filling:
            try:
                self._show_progress(filling, welcome)
            finally:
                if filling.poll() is None:
                    filling.kill()
        if filling.returncode and not self._stop.is_set():
            self._console.print(
                "  [bold]The invented network could not be finished.[/] What is there can be used, "
                f"and the next start tries again. {self._folder.log_file} says more.\n"
            )

    def _show_progress(self, filling: "subprocess.Popen[bytes]", welcome: Welcome) -> None:
        columns = (TextColumn("  {task.description}"), BarColumn(), TaskProgressColumn())
        with Bar(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task("Opening the doors", total=100)
            while filling.poll() is None and not self._stop.wait(LOOK_EVERY_SECONDS):
                now = self._progress.read()
                bar.update(task, completed=now.percent, description=now.says)
                if now.founded:
                    welcome.show_around()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()


def listen(port: int) -> socket.socket:
    """Return a socket that listens on this computer alone: on the port or the next one free."""
    for candidate in range(port, port + PORTS_TRIED):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((MEMBER_HOST, candidate))
            listening.listen()
        except OSError:
            listening.close()
        else:
            return listening
    raise OSError(f"No port between {port} and {port + PORTS_TRIED - 1} is free.")
