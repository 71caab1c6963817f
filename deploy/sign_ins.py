"""Who may sign in to the invented network, as the one who filled it wrote down."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "sign-ins.json"


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A member of the invented staff; the password was made on this computer."""

    role: str
    name: str
    email: str
    password: str


def write_sign_ins(data_dir: Path, sign_ins: Iterable[SignIn]) -> None:
    """Keep the sign-ins beside the invented data, readable by their owner alone."""
    file = data_dir / FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps([asdict(one) for one in sign_ins], ensure_ascii=False, indent=1))


def read_sign_ins(data_dir: Path) -> list[SignIn]:
    """Return the sign-ins; none where no invented network was filled."""
    try:
        return [SignIn(**one) for one in json.loads((data_dir / FILE).read_text())]
    except (OSError, ValueError, TypeError):
        return []
