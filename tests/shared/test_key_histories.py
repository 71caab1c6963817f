"""Whatever is done to keys in whatever order, what was sealed opens or was erased."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.keys import KeyGone, KeyName, KeyRing, Scope
from shared.keys.rotation import Depth
from shared.store import Store
from shared.store.ending import end_keys
from shared.store.rotating import Rotating
from tests.shared import vault as stage
from tests.shared.vault import ADA, BO, CLINIC, tell, told

PEOPLE = st.sampled_from([ADA, BO])
COLUMNS = st.sampled_from(stage.COLUMNS)
PROCESSES = st.integers(min_value=0, max_value=1)
SCOPES = {"own": Scope.PERSON, "safe": Scope.PERSON_SAFETY}


class Keys(RuleBasedStateMachine):
    """Two processes write and read, keys are renewed, rotated in part or whole, and destroyed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.vault = stage.in_files(Path(self.folder.name))
        self.reader = self.vault.process()
        self.processes = [self.vault.process(), self.vault.process()]
        self.processes[0].create_tables()
        self.said: dict[tuple[UUID, str], int] = {}
        self.erased: set[UUID] = set()
        self.number = 0

    def teardown(self) -> None:
        """Close the files."""
        self.vault.close()
        self.folder.cleanup()

    @rule(which=PROCESSES, person=PEOPLE, column=COLUMNS)
    def says(self, which: int, person: UUID, column: str) -> None:
        """Someone says something; what was erased takes no more, within a minute."""
        self.number += 1
        try:
            tell(self.processes[which], person, person, **{column: self.number})
        except KeyGone:
            assert person in self.erased
            assert column in SCOPES
        else:
            self.said[person, column] = self.number

    @rule(which=PROCESSES, person=PEOPLE, column=st.sampled_from(list(SCOPES)))
    def renews(self, which: int, person: UUID, column: str) -> None:
        """One key gets a new version."""
        ring: KeyRing = self.processes[which].keys
        try:
            ring.renew(KeyName(CLINIC, SCOPES[column], person))
        except KeyGone:
            assert person in self.erased

    @rule(
        which=PROCESSES,
        depth=st.sampled_from(list(Depth)),
        steps=st.integers(min_value=0, max_value=12) | st.none(),
    )
    def rotates(self, which: int, depth: Depth, steps: int | None) -> None:
        """Keys are changed, and that ends anywhere, or comes to its end; no two begin at once."""
        self.vault.pass_by(seconds=1)
        for nth, _ in enumerate(Rotating(self.processes[which], depth).steps()):
            if nth == steps:
                break

    @rule(which=PROCESSES, person=PEOPLE)
    def is_erased(self, which: int, person: UUID) -> None:
        """Someone's keys are destroyed."""
        store: Store = self.processes[which]
        end_keys(store, clinic_id=CLINIC, scope=Scope.PERSON, subject_id=person)
        self.erased.add(person)
        for column in SCOPES:
            self.said.pop((person, column), None)
        self.vault.pass_by(seconds=46)

    @rule(seconds=st.sampled_from([1, 30, 46, 700]))
    def time_passes(self, seconds: int) -> None:
        """Caches grow old, and earlier versions settle."""
        self.vault.pass_by(seconds=seconds)

    @invariant()
    def everything_opens_and_nothing_erased_does(self) -> None:
        """A third process, which holds no key yet, reads what was said last."""
        reader = self.reader
        reader.keys.forget()
        for (person, column), words in self.said.items():
            assert told(reader, person, column) == words
        for person in self.erased:
            for scope in SCOPES.values():
                with pytest.raises(KeyGone):
                    reader.keys.newest(KeyName(CLINIC, scope, person))


TestKeys = Keys.TestCase
TestKeys.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
