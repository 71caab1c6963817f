"""Keys are changed for new ones while everybody goes on, and nothing sealed is ever lost."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from shared.audit import audit_entry
from shared.auth.actors import system
from shared.keys import HOUSE, KeyName, Scope, Tampered, inventory, rotation
from shared.keys.rotation import Depth
from shared.store import Store
from shared.store.ending import end_keys
from shared.store.rotating import Rotating
from tests.shared import vault as stage
from tests.shared.vault import (
    ADA,
    BO,
    CLINIC,
    NEXT_ROOT,
    ROOT,
    Account,
    Vault,
    tell,
    told,
    versions,
)

pytestmark = pytest.mark.left_to_the_build("changing keys and checking trails")

ROWS = [UUID(int=nth) for nth in range(100, 112)]


@pytest.fixture(params=["sqlite", "postgres"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vault]:
    made = stage.in_files(tmp_path)
    if request.param == "postgres":
        new_database = request.getfixturevalue("new_database")
        made = Vault(new_database("intake").owner_url, new_database("keys").owner_url)
    made.process().create_tables()
    yield made
    made.close()


def everything_told(store: Store) -> None:
    for row in ROWS:
        tell(store, row, ADA, own="mine", safe="alone", joint="ours", ours="theirs")
    with store.unit_of_work(clinics=(), actor=system("intake")) as work:
        account = Account(id=BO)
        work.seal(account, name="Bo")
        work.session.add(account)


def is_all_there(store: Store) -> bool:
    expected = {"own": "mine", "safe": "alone", "joint": "ours", "ours": "theirs"}
    with store.reading(clinics=(), actor=system("intake")) as work:
        account = work.open(work.session.get(Account, BO), "name")
    return account == "Bo" and all(
        told(store, row, column) == words for row in ROWS for column, words in expected.items()
    )


def rotate(store: Store, depth: Depth) -> Rotating:
    run = Rotating(store, depth)
    for _ in run.steps():
        pass
    return run


class TestRoot:
    def test_an_earlier_root_key_is_needed_no_more(self, vault: Vault) -> None:
        everything_told(vault.process())

        rotate(vault.process(NEXT_ROOT, ROOT), Depth.ROOT)

        assert is_all_there(vault.process(NEXT_ROOT))
        with pytest.raises(Tampered):
            is_all_there(vault.process(ROOT))

    def test_the_names_in_the_trail_stay_the_same(self, vault: Vault) -> None:
        before = vault.process().keys.pseudonym(CLINIC, ADA)

        rotate(vault.process(NEXT_ROOT, ROOT), Depth.ALL)

        assert vault.process(NEXT_ROOT).keys.pseudonym(CLINIC, ADA) == before

    def test_one_key_that_does_not_open_stops_nothing(self, vault: Vault) -> None:
        store = vault.process()
        everything_told(store)
        stranger = KeyName(UUID(int=0), Scope.WRAPPING, UUID(int=7))
        [whole] = [k for k in store.keys.store.standing() if k.name.clinic_id == CLINIC][:1]
        store.keys.store.add([whole._replace(name=stranger, kid="unknown")], now=vault.at)

        rotate(vault.process(NEXT_ROOT, ROOT), Depth.ROOT)

        assert is_all_there(vault.process(NEXT_ROOT))


class TestClinics:
    def test_every_key_hangs_from_a_new_one(self, vault: Vault) -> None:
        everything_told(vault.process())
        vault.pass_by(hours=1)

        rotate(vault.process(), Depth.CLINICS)

        kids = {k.kid for k in vault.process().keys.store.standing() if k.name.scope != "wrapping"}
        assert kids == {"2"}
        assert is_all_there(vault.process())

    def test_the_earlier_one_is_emptied_by_a_later_run(self, vault: Vault) -> None:
        everything_told(vault.process())
        vault.pass_by(hours=1)
        first = rotate(vault.process(), Depth.CLINICS)
        wrapping = inventory.earlier([Scope.WRAPPING])
        assert inventory.number(vault.process().keys.store, wrapping) == 2
        assert first.again_at is not None

        vault.pass_by(minutes=10)
        second = rotate(vault.process(), Depth.CLINICS)

        assert second.again_at is None
        assert inventory.number(vault.process().keys.store, wrapping) == 0
        assert is_all_there(vault.process())


class TestEverything:
    def test_every_value_is_sealed_again_and_opens(self, vault: Vault) -> None:
        everything_told(vault.process())
        vault.pass_by(hours=1)

        rotate(vault.process(), Depth.ALL)

        assert versions(vault.process()) == {2}
        assert is_all_there(vault.process())

    def test_earlier_versions_go_only_after_a_pause(self, vault: Vault) -> None:
        everything_told(vault.process())
        earlier = inventory.earlier(inventory.DATA)
        vault.pass_by(hours=1)

        soon = rotate(vault.process(), Depth.ALL)
        assert soon.emptied == 0
        assert inventory.number(vault.process().keys.store, earlier) > 0
        vault.pass_by(minutes=10)
        late = rotate(vault.process(), Depth.ALL)

        assert late.emptied > 0
        assert inventory.number(vault.process().keys.store, earlier) == 0
        assert versions(vault.process()) == {2}
        assert is_all_there(vault.process())

    def test_what_a_process_seals_with_the_key_it_still_holds_is_kept(self, vault: Vault) -> None:
        elsewhere = vault.process()
        everything_told(elsewhere)
        vault.pass_by(hours=1)
        tell(elsewhere, ROWS[0], ADA, own="mine")  # it holds version 1 for 45 s from here

        rotate(vault.process(), Depth.ALL)
        vault.pass_by(seconds=44)
        tell(elsewhere, ROWS[0], ADA, own="said at the last second")
        assert versions(vault.process()) == {1, 2}
        assert told(vault.process(), ROWS[0], "own") == "said at the last second"
        vault.pass_by(minutes=10)
        rotate(vault.process(), Depth.ALL)

        assert versions(vault.process()) == {2}
        assert told(vault.process(), ROWS[0], "own") == "said at the last second"
        assert told(elsewhere, ROWS[0], "own") == "said at the last second"

    def test_a_version_that_still_seals_something_stays(self, vault: Vault) -> None:
        everything_told(vault.process())
        vault.pass_by(hours=1)
        rotate(vault.process(), Depth.ALL)
        vault.pass_by(minutes=10)
        run = Rotating(vault.process(), Depth.ALL)
        with vault.process().unit_of_work(clinics=[CLINIC], actor=system("intake")) as work:
            row = work.get(stage.Told, CLINIC, ROWS[0])
            row.own = bytes([2, 0, 0, 0, 1]) + bytes(40)  # says version 1, and is nobody's

        for _ in run.steps():
            pass

        [left] = inventory.batches(vault.process().keys.store, inventory.earlier(inventory.DATA))
        assert [(one.name.subject_id, one.version) for one in left] == [(ADA, 1)]

    def test_the_next_one_is_a_new_rotation(self, vault: Vault) -> None:
        everything_told(vault.process())
        for _ in range(2):
            vault.pass_by(hours=1)
            rotate(vault.process(), Depth.ALL)
            vault.pass_by(minutes=10)
            rotate(vault.process(), Depth.ALL)

        assert versions(vault.process()) == {3}
        assert rotation.unfinished(vault.process().keys.store) is None

    def test_leaves_a_line_in_the_trail(self, vault: Vault) -> None:
        store = vault.process()

        rotate(store, Depth.ALL)

        with store.reading(clinics=[HOUSE], actor=system("intake")) as work:
            [line] = work.session.execute(select(audit_entry)).all()
        assert (line.act, line.what) == ("key_renewed", "all")

    def test_who_writes_meanwhile_loses_nothing(self, vault: Vault) -> None:
        everything_told(vault.process())
        vault.pass_by(hours=1)
        last: dict[UUID, int] = {}
        going, done = Event(), Event()

        def write() -> None:
            store = vault.process()
            nth = 0
            while not done.is_set():
                nth += 1
                row = ROWS[nth % len(ROWS)]
                tell(store, row, ADA, own=nth, joint=nth)
                last[row] = nth
                going.set()

        writer = Thread(target=write)
        writer.start()
        going.wait()
        for _ in range(3):
            rotate(vault.process(), Depth.ALL)
        done.set()
        writer.join()

        reader = vault.process()
        assert {row: told(reader, row, "own") for row in last} == last
        assert {row: told(reader, row, "joint") for row in last} == last


class TestEnding:
    @pytest.mark.requirement("PLT-08")
    def test_a_persons_keys_end_and_the_partners_do_not(self, vault: Vault) -> None:
        store = vault.process()
        everything_told(store)
        tell(store, uuid4(), BO, own="of the partner")

        end_keys(store, clinic_id=CLINIC, scope=Scope.PERSON, subject_id=ADA)

        for column in ("own", "safe"):
            assert told(vault.process(), ROWS[0], column) is None
        assert told(vault.process(), ROWS[0], "joint") == "ours"

    def test_leaves_a_line_in_the_trail_that_links_to_no_one(self, vault: Vault) -> None:
        store = vault.process()
        name = store.keys.pseudonym(CLINIC, ADA)

        end_keys(store, clinic_id=CLINIC, scope=Scope.PERSON, subject_id=ADA)

        with store.reading(clinics=[CLINIC], actor=system("intake")) as work:
            [line] = work.session.execute(select(audit_entry)).all()
        assert (line.act, line.subject) == ("key_ended", name)
        assert store.keys.known_pseudonym(CLINIC, ADA) is None

    def test_a_rotation_makes_no_new_key_for_them(self, vault: Vault) -> None:
        store = vault.process()
        everything_told(store)
        end_keys(store, clinic_id=CLINIC, scope=Scope.PERSON, subject_id=ADA)
        vault.pass_by(hours=1)

        rotate(vault.process(), Depth.ALL)

        assert told(vault.process(), ROWS[0], "own") is None
        assert told(vault.process(), ROWS[0], "ours") == "theirs"
