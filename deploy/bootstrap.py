"""Makes everything that Attune needs appear in `.venv`, on a computer that has only Python.

`python3 deploy/bootstrap.py core` is what `make run` calls first; `test` and `dev` add the tools of
those who change Attune. It uses nothing but the standard library, installs exactly the locked
releases and does nothing when they are already there.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
INTERPRETER = VENV / "bin" / "python"
STAMP = VENV / "attune.json"
LOG = VENV / "install.log"
LAYERS = ("core", "test", "dev")
"""The locked sets, each a superset of the one before."""

OLDEST = (3, 11)
LAUNCHER = """\
#!/bin/sh
exec "$(dirname "$0")/python" -c '
import sys
from deploy.cli import main
sys.argv[0] = "attune"
main()' "$@"
"""


class CannotGoOn(Exception):
    """Something is missing that only the person at the keyboard can bring."""


def main(arguments: Sequence[str]) -> int:
    """Install one layer (default: core) and everything beneath it; returns an exit status."""
    layer = arguments[0] if arguments else "core"
    _with_a_newer_python_if_needed()
    try:
        with _lock_file(layer).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once take turns
            if not is_current(layer):
                install(layer)
    except CannotGoOn as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    return 0


def is_current(layer: str) -> bool:
    """Say whether `.venv` holds just what the lock file of this layer asks for."""
    stamp = _stamp()
    return stamp.get("home") == _home() and stamp.get(layer) == _fingerprint(layer)


def install(layer: str) -> None:
    """Bring `.venv` to the state of the layer's lock file."""
    began = time.monotonic()
    if _stamp().get("home") != _home():
        _make_room()
    pip = find_pip()
    _run_pip(pip, layer)
    _install_attune()
    beneath = LAYERS[: LAYERS.index(layer) + 1]
    fingerprints = {name: _fingerprint(name) for name in beneath}
    STAMP.write_text(json.dumps({**_stamp(), **fingerprints, "home": _home()}))
    print(f"Ready after {time.monotonic() - began:.0f} seconds.")


def _with_a_newer_python_if_needed() -> None:
    """Start again under a newer Python if this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    sys.exit("Attune needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")


def _lock_file(layer: str) -> Path:
    if layer not in LAYERS:
        raise CannotGoOn(f"There is no set called {layer!r}; choose one of {', '.join(LAYERS)}.")
    return ROOT / "deploy" / "requirements" / f"{layer}.txt"


def _fingerprint(layer: str) -> str:
    return hashlib.sha256(_lock_file(layer).read_bytes()).hexdigest()


def _home() -> list[str]:
    """Return what a virtual environment cannot survive a change of: its folder and its Python."""
    return [str(VENV), ".".join(map(str, sys.version_info[:2]))]


def _stamp() -> dict[str, object]:
    if not (STAMP.exists() and INTERPRETER.exists()):
        return {}
    return dict(json.loads(STAMP.read_text()))


def _make_room() -> None:
    """Make an empty `.venv`, in place of one that was made for another folder or Python."""
    print("Making .venv, a folder for the Python packages that Attune uses ...", flush=True)
    if VENV.exists():
        shutil.rmtree(VENV)
    if not _has_ensurepip():
        _try_to_install_ensurepip()
    without = [] if _has_ensurepip() else ["--without-pip"]
    subprocess.run([sys.executable, "-m", "venv", *without, str(VENV)], check=True)


# --- where pip comes from: Debian's Python leaves it out -----------------------------------------


def _has_ensurepip() -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def _package() -> str:
    return f"python3.{sys.version_info.minor}-venv"


def _try_to_install_ensurepip() -> None:
    """Install Debian's missing half of `venv` when nobody needs to be asked for that."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"This Python came without pip: installing the package {_package()} ...", flush=True)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", _package()]
    if not _quietly(command):
        _quietly(["apt-get", "update", "-qq"])
        _quietly(command)


def find_pip() -> list[str]:
    """Return the command of a pip that installs into `.venv`.

    That of `.venv` itself, else one on this computer, else one fetched from Debian's packages
    without being root. Raises CannotGoOn naming the one command that helps.
    """
    python = str(INTERPRETER)
    if any(VENV.glob("lib/python*/site-packages/pip")):
        return [python, "-m", "pip"]
    if _quietly([sys.executable, "-m", "pip", "--python", python, "--version"]):
        return [sys.executable, "-m", "pip", "--python", python]
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _pip_wheel(Path("/")) or _pip_wheel_from_debian(Path(scratch))
        if wheel and _quietly([python, f"{wheel}/pip", "install", "--no-index", str(wheel)]):
            return [python, "-m", "pip"]
    raise CannotGoOn(
        f"This Python came without pip, which a package of the system would bring.\n"
        f"Please run: {'' if os.geteuid() == 0 else 'sudo '}apt-get install {_package()}\n"
        f"and then the same command once more."
    )


def _pip_wheel(root: Path) -> Path | None:
    """Return pip as Debian packs it, if its package is unpacked under this root."""
    return next(root.glob("usr/share/python-wheels/pip-*.whl"), None)


def _pip_wheel_from_debian(scratch: Path) -> Path | None:
    """Fetch and unpack Debian's pip, changing nothing outside a folder; None if that fails."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return None
    print("This Python came without pip: fetching the package python3-pip-whl ...", flush=True)
    own_state = []
    for name in ("State::lists", "Cache"):
        (scratch / name / "partial").mkdir(parents=True)
        (scratch / name / "archives" / "partial").mkdir(parents=True)
        own_state += ["-o", f"Dir::{name}={scratch / name}"]
    fetch = ["download", "python3-pip-whl"]
    if not _quietly(["apt-get", *fetch], cwd=scratch):
        _quietly(["apt-get", *own_state, "update"])
        _quietly(["apt-get", *own_state, *fetch], cwd=scratch)
    for package in scratch.glob("*.deb"):
        _quietly(["dpkg-deb", "-x", str(package), str(scratch)])
    return _pip_wheel(scratch)


def _quietly(command: Sequence[str], *, cwd: Path | None = None) -> bool:
    """Run a command without a word and say whether it went well."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True
    )
    return done.returncode == 0


# --- the packages themselves ---------------------------------------------------------------------


def _run_pip(pip: Sequence[str], layer: str) -> None:
    """Install the locked packages, drawing a bar; raises CannotGoOn with pip's last words."""
    lock = _lock_file(layer)
    total = sum("==" in line for line in lock.read_text().splitlines())
    options = ["--require-hashes", "--no-deps", "--no-compile", "--no-input", "--progress-bar=off"]
    command = [*pip, "--disable-pip-version-check", "install", *options, "-r", str(lock)]
    print(f"Installing {total} packages, exactly as pinned in {lock.relative_to(ROOT)} ...")
    with LOG.open("w") as log:
        work = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        while work.poll() is None:
            _draw(_done_so_far(), 2 * total)
            time.sleep(0.2)
    if work.returncode != 0:
        last_words = "\n".join(LOG.read_text().splitlines()[-12:])
        raise CannotGoOn(f"pip could not install everything. Its last words:\n{last_words}")
    _draw(2 * total, 2 * total)
    print(end="\n" if sys.stdout.isatty() else "")


def _done_so_far() -> int:
    """Count what pip has found plus what it has put in place."""
    lines = LOG.read_text(errors="replace").splitlines()
    found = sum(line.startswith(("Collecting ", "Requirement already")) for line in lines)
    placed = sum(1 for _ in VENV.glob("lib/python*/site-packages/*.dist-info"))
    return found + (placed if any(line.startswith("Installing ") for line in lines) else 0)


def _draw(done: int, total: int) -> None:
    """Draw a bar of 40 signs on a terminal; a log gets none."""
    if sys.stdout.isatty():
        share = min(1.0, done / total)
        print(f"\r  [{'#' * round(40 * share):<40}] {share:4.0%}", end="", flush=True)


def _install_attune() -> None:
    """Put this folder on the path of `.venv`, and the `attune` command into it."""
    [packages] = VENV.glob("lib/python*/site-packages")
    (packages / "attune.pth").write_text(f"{ROOT}\n")
    launcher = VENV / "bin" / "attune"
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
