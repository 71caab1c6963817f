"""A release: once all is here and proven fresh, for one organization, and for good."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from services.reports.contributions.domain import Quarter
from services.reports.releases.models import Frozen, Release
from services.reports.releases.usecases import AlreadyOut, build_release
from shared.auth.actors import Role, system
from shared.events.tables import outbox, undelivered
from tests.reports.conftest import AFTER, PERIOD, QUARTER, couples, printed, table

EARLIER = 20262


@pytest.fixture
def clinics(world, organization_id) -> dict[UUID, dict]:
    """Two clinics whose couples permit to be counted."""
    theirs = {
        world.register("Mill Lane", organization_id): couples(same=20, all_higher=15, any_lower=12),
        world.register("Orchard House", organization_id): couples(same=30, all_higher=25),
    }
    for clinic_id, of_clinic in theirs.items():
        world.permit(clinic_id, of_clinic)
    return theirs


def close_all(world, clinics, period: int = PERIOD) -> None:
    for clinic_id, theirs in clinics.items():
        world.close(clinic_id, theirs, period=period)


class TestPublishing:
    def test_waits_until_every_clinic_has_closed_the_quarter(self, world, clinics, organization_id):
        first, *_ = clinics
        world.close(first, clinics[first])
        world.settle()
        assert world.releases(organization_id) == []

        close_all(world, clinics)
        world.settle()

        assert [one["period"] for one in world.releases(organization_id)] == [PERIOD]

    def test_waits_for_a_late_clinic_until_the_cut_off_and_then_says_who_is_missing(
        self, world, clinics, organization_id
    ):
        first, _late = clinics
        world.close(first, clinics[first])
        world.clock.at = QUARTER.ends_at + timedelta(weeks=4)
        world.settle()

        rows = table(world.document(organization_id))["rows"]

        assert [row["status"] for row in rows] == ["printed", "not_available"]

    def test_does_not_expect_a_clinic_that_came_after_the_quarter(
        self, world, clinics, organization_id
    ):
        world.register("Newcomer", organization_id, since=QUARTER.ends_at)
        close_all(world, clinics)
        world.settle()

        names = [row["name"] for row in table(world.document(organization_id))["rows"]]

        assert names == ["Mill Lane", "Orchard House"]

    def test_counts_each_couple_once_and_rounds_to_five(self, world, clinics, organization_id):
        close_all(world, clinics)
        world.settle()

        found = table(world.document(organization_id))

        assert found["organization"]["couples"] == 100
        assert found["rows"][0]["couples"] == 45
        assert printed(found["rows"][0]) == {"up": 15, "not_up": 30, "not_measured": None}

    def test_tells_the_other_services(self, world, clinics, organization_id):
        close_all(world, clinics)
        world.settle()

        with world.service.store.engine.connect() as connection:
            told = connection.execute(select(outbox.c.stream, outbox.c.subject_id)).all()
        assert told == [("reports.releases", organization_id)]

    def test_prints_percentages_of_printed_numbers_alone(self, world, clinics, organization_id):
        close_all(world, clinics)
        world.settle()

        [up, *_] = table(world.document(organization_id))["rows"][0]["cells"]

        assert (up["couples"], up["percent"]) == (15, round(100 * 15 / 45))

    def test_says_of_itself_that_it_is_a_preview(self, world, clinics, organization_id):
        close_all(world, clinics)
        world.settle()

        found = world.document(organization_id)

        assert found["series"] == "preview"
        assert "three therapists" in found["notes"][0]


@pytest.mark.requirement("RPT-03")
class TestPermission:
    def test_couples_of_whom_nothing_was_told_are_not_counted(self, world, organization_id):
        clinic_id = world.register("Mill Lane", organization_id)
        asked, unasked = couples(same=20), couples(same=20)
        world.permit(clinic_id, asked)
        world.close(clinic_id, asked | unasked)
        world.settle()

        assert table(world.document(organization_id))["rows"][0]["couples"] == 20

    def test_a_withdrawal_told_just_before_the_release_is_heeded(
        self, world, clinics, organization_id
    ):
        first, *_ = clinics
        close_all(world, clinics)
        world.hear()
        while world.fetching.step():
            pass
        world.permit(first, list(clinics[first])[:20], permitted=False, revision=2)

        for job in world.service.jobs:
            job.run()

        assert table(world.document(organization_id))["rows"][0]["couples"] == 25

    def test_nothing_is_published_while_permissions_cannot_be_read(
        self, world, clinics, organization_id
    ):
        close_all(world, clinics)
        world.hear()
        while world.fetching.step():
            pass
        assert world.releases(organization_id) == []
        world.tellers.silent = {"intake"}

        assert sum(job.run() for job in world.service.jobs) == 0
        assert world.releases(organization_id) == []

    def test_a_couple_about_which_news_is_parked_is_not_counted(
        self, world, clinics, organization_id
    ):
        first, *_ = clinics
        world.settle()
        for episode in [*clinics[first]][:20]:
            park(world, first, episode)
        close_all(world, clinics)

        world.settle()

        assert table(world.document(organization_id))["rows"][0]["couples"] == 25

    def test_a_later_withdrawal_never_changes_a_release(self, world, clinics, organization_id):
        close_all(world, clinics, EARLIER)
        world.settle()
        before = world.document(organization_id)

        for clinic_id, theirs in clinics.items():
            world.permit(clinic_id, theirs, permitted=False, revision=2)
        close_all(world, clinics, EARLIER)
        world.settle()

        assert world.document(organization_id) == before

    def test_a_later_withdrawal_counts_from_the_next_quarter(self, world, clinics, organization_id):
        first, *_ = clinics
        close_all(world, clinics, EARLIER)
        world.settle()
        world.permit(first, list(clinics[first])[:20], permitted=False, revision=2)
        close_all(world, clinics, PERIOD)

        world.settle()

        now, then = world.releases(organization_id)
        assert (now["period"], then["period"]) == (PERIOD, EARLIER)
        assert table(world.document(organization_id))["rows"][0]["couples"] == 25


@pytest.mark.requirement("RPT-02")
class TestStanding:
    def test_a_quarter_is_released_once(self, world, clinics, organization_id):
        close_all(world, clinics)
        world.settle()

        scope = {*clinics, organization_id}
        with (
            world.service.store.unit_of_work(clinics=scope, actor=system("reports")) as work,
            pytest.raises(AlreadyOut),
        ):
            build_release(work, organization_id=organization_id, period=PERIOD, now=AFTER)

    @pytest.mark.parametrize("change", ["document", "delete"])
    def test_a_release_is_neither_changed_nor_deleted(
        self, world, clinics, organization_id, change
    ):
        close_all(world, clinics)
        world.settle()

        def meddle() -> None:
            with world.service.store.unit_of_work(clinics=(), actor=system("reports")) as work:
                release = work.session.scalars(select(Release)).one()
                if change == "delete":
                    work.session.delete(release)
                release.document = "{}"

        with pytest.raises(Frozen):
            meddle()

    def test_a_release_that_someone_altered_is_not_shown(self, world, clinics, organization_id):
        close_all(world, clinics)
        world.settle()
        [one] = world.releases(organization_id)
        with world.service.store.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE release SET document = replace(document, 'Mill Lane', 'Mill Road')"
            )

        shown = world.visitor(organization_id).get(f"/releases/{one['id']}")

        assert shown.status_code == 409
        assert "not as it was published" in shown.text

    def test_each_release_holds_the_fingerprint_of_the_one_before(
        self, world, clinics, organization_id
    ):
        close_all(world, clinics, EARLIER)
        world.settle()
        close_all(world, clinics, PERIOD)
        world.settle()

        now, then = world.releases(organization_id)

        assert world.document(organization_id)["previous_sha256"] == then["sha256"]
        assert (then["number"], now["number"]) == (1, 2)


@pytest.mark.requirement("PLT-03")
class TestBoundary:
    def test_another_organization_finds_nothing(self, world, clinics, organization_id):
        close_all(world, clinics)
        world.settle()
        [one] = world.releases(organization_id)
        stranger = world.visitor(uuid4())

        assert stranger.get("/api/releases/").json == []
        for address in (
            f"/releases/{one['id']}",
            f"/releases/{one['id']}.csv",
            f"/releases/{one['id']}.json",
            f"/api/releases/{one['id']}",
            f"/api/releases/{one['id']}/csv",
        ):
            assert stranger.get(address).status_code == 404

    def test_each_organization_has_figures_of_its_own_clinics_alone(self, world, organization_id):
        theirs, ours = uuid4(), organization_id
        for organization in (ours, theirs):
            clinic_id = world.register(f"Clinic of {organization}", organization)
            counted = couples(same=20)
            world.permit(clinic_id, counted)
            world.close(clinic_id, counted)
        world.settle()

        [row] = table(world.document(ours))["rows"]

        assert row["name"] == f"Clinic of {ours}"
        assert table(world.document(theirs))["organization"]["couples"] == 20

    @pytest.mark.requirement("RPT-07")
    @pytest.mark.parametrize("role", [Role.CLINICIAN, Role.DUTY, Role.CLINIC_ADMIN, Role.OPERATOR])
    def test_other_roles_do_not_read_releases(self, world, organization_id, role):
        visitor = world.visitor(organization_id, role)

        assert visitor.get("/releases").status_code == 403
        assert visitor.get("/api/releases/").status_code == 403


def park(world, clinic_id: UUID, episode_id: UUID) -> None:
    """Put an event about a couple aside, as the backbone does when a handler refuses it."""
    with world.service.store.engine.begin() as connection:
        connection.execute(
            insert(undelivered).values(
                stream="intake.contributions",
                partition=0,
                position=1_000_000 + episode_id.int % 1_000_000,
                clinic_id=clinic_id,
                subject_id=episode_id,
                type="intake.contribution.changed.v1",
                cloud_event="{}",
                status="dead",
                tries=1,
                error_class="Refusal",
                error_code="unexpected",
                first_failed_at=AFTER,
            )
        )


def test_a_quarter_is_written_as_year_and_number():
    assert str(Quarter.of(20261)) == "January to March 2026"
    assert Quarter.of(20264).ends_at.year == 2027
