"""What this computer is told about Attune: the settings of a service, and what it keeps by itself.

On a laptop nothing need be set: one secret is made once and kept beside the data.
"""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from shared.settings import (
    DEVELOPMENT_SECRET,
    SERVICES,
    BadSettings,
    Examine,
    Settings,
    nothing_more,
    read_settings,
)

STAFF_HOST, MEMBER_HOST = "localhost", "127.0.0.1"
USUAL_PORT = 8000


def settings_of(
    service: str, environ: Mapping[str, str] = os.environ, *, also: Examine = nothing_more
) -> Settings:
    """Return a service's settings; outside production with this computer's own secret.

    Raises BadSettings with all mistakes at once, and with what ``also`` finds in production.
    """
    settings = read_settings(service, environ, also=also)
    if settings.production or settings.secret_key != DEVELOPMENT_SECRET:
        return settings
    return replace(settings, secret_key=kept_secret(settings.data_dir))


def laptop_settings(
    service: str, *, port: int = USUAL_PORT, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return a service's settings as one of four in one process behind one port.

    Raises BadSettings where the environment asks for something else.
    """
    settings = settings_of(service, environ)
    refused = [
        f"{name} is for `attune web` and `attune worker`; `attune run` keeps to one folder."
        for name in ("ATTUNE_DATABASE_URL", "ATTUNE_BROKER_URL", "ATTUNE_INTERNAL_URLS")
        if name in environ
    ]
    if settings.production:
        refused.append(
            "ATTUNE_MODE=production is for `attune web`; `attune run` is for looking around."
        )
    if refused:
        raise BadSettings(refused)
    staff_url = f"http://{STAFF_HOST}:{port}"
    return replace(
        settings,
        staff_url=staff_url,
        member_url=f"http://{MEMBER_HOST}:{port}",
        internal_urls={name: f"{staff_url}/{name}" for name in SERVICES},
        trusted_hosts=(STAFF_HOST, MEMBER_HOST),
    )


def kept_secret(data_dir: Path) -> str:
    """Return this computer's own secret, made once; two that start at once agree."""
    file = data_dir / "keys" / "secret"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text().strip()


def running_port(data_dir: Path) -> int:
    """Return the port on which Attune was started here last."""
    try:
        return int(json.loads((data_dir / "running.json").read_text())["port"])
    except (OSError, ValueError, KeyError):
        return USUAL_PORT
