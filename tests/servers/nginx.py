"""An nginx of our own, with the gateway's file but for places, ports and names of its container."""

import re
import signal
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from subprocess import run

import httpx

from deploy.secrets import write_secrets
from shared.settings import SERVICES
from tests.servers import process
from tests.servers.absence import program
from tests.servers.ground import Ground, free_port

COMMAND = "apt-get install nginx-light"
FOLDERS = [Path("/usr/sbin"), Path("/usr/local/sbin")]
CONFIGURATION = Path(__file__).parents[2] / "deploy" / "gateway" / "nginx.conf"
SECONDS = 20.0
KNOWS_HTTP2 = (1, 25, 1)
"""From which release on nginx reads the line about it."""


class Nginx:
    """The gateway on a free port of 127.0.0.1; each service answers at a port, or nobody does."""

    def __init__(self, ground: Ground, folder: Path, services: Mapping[str, int]):
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.log = folder / "said.log"
        self._program = program("nginx", command=COMMAND, folders=FOLDERS)
        self._folder, self._ground = process.given_to_nobody(folder), ground
        self._services = {name: services.get(name) or free_port() for name in SERVICES}

    def start(self) -> None:
        """Start it, and return when it answers."""
        secrets = self._folder / "secrets"
        write_secrets(secrets, now=datetime.now(UTC), hosts=["localhost"])
        secrets.chmod(0o755)
        self.trust = ssl.create_default_context(cafile=secrets / "gateway.crt")
        file = self._folder / "nginx.conf"
        file.write_text(self._configuration())
        command = [str(self._program), "-e", "stderr", "-c", str(file), "-g", "daemon off;"]
        self._pid = process.launch(command, ground=self._ground, log=self.log)
        process.wait_for_start(self._pid, self._answers, seconds=SECONDS, log=self.log)

    def stop(self) -> None:
        """End it and what it started."""
        process.end(self._pid, signal.SIGTERM)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/gateway-is-well", verify=self.trust).status_code == 204
        except httpx.HTTPError:
            return False

    def _configuration(self) -> str:
        """Return the gateway's file, with other places; what it says stays as it is."""
        text = CONFIGURATION.read_text()
        if self._release() < KNOWS_HTTP2:
            text = text.replace("        http2 on;\n", "")
        text = text.replace("listen 8443 ssl", f"listen 127.0.0.1:{self.port} ssl")
        text = re.sub(r"\B/tmp/", f"{self._folder}/", text)
        text = text.replace("/run/secrets", f"{self._folder}/secrets")
        text = text.replace("set $upstream intake-web", "set $upstream intake")
        text = re.sub(r"http://\$(upstream|service(-web)):8000", r"http://$at_\1", text)
        text = text.replace("$at_service-web", "$at_service")
        return text.replace("    server {\n", f"{self._addresses()}    server {{\n", 1)

    def _addresses(self) -> str:
        """Return what stands in for the names that Docker's resolver knows."""
        lines = "".join(f"{name} 127.0.0.1:{port}; " for name, port in self._services.items())
        maps = (f"map ${one} $at_{one} {{ {lines}}}" for one in ("service", "upstream"))
        return "".join(f"    {one}\n" for one in maps)

    def _release(self) -> tuple[int, ...]:
        said = run([self._program, "-v"], capture_output=True, text=True, check=True).stderr
        found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
        return tuple(map(int, found.groups())) if found else KNOWS_HTTP2
