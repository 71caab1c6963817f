"""The supervisor's pages and files: the same order every time, and nothing but what is printed."""

import csv
import hashlib
import json
import re
from io import StringIO

import pytest

from services.reports.measures.queries import current_plan
from tests.reports.conftest import PERIOD, couples, table

MEASURES = [measure.name for measure in current_plan().measures]


@pytest.fixture
def released(world, organization_id):
    """A world in which one release of three clinics is out; one of them is small."""
    sizes = {"Mill Lane": (18, 22), "Orchard House": (30, 25), "=Small": (4, 3)}
    for name, (up, same) in sizes.items():
        clinic_id = world.register(name, organization_id)
        theirs = couples(all_higher=up, same=same)
        world.permit(clinic_id, theirs)
        world.close(clinic_id, theirs)
    world.settle()
    return world


@pytest.fixture
def reader(released, organization_id):
    return released.visitor(organization_id)


@pytest.fixture
def release_id(released, organization_id) -> str:
    return released.releases(organization_id)[0]["id"]


def sheet_rows(text: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith(("#", '"#'))]
    return list(csv.DictReader(StringIO("\r\n".join(lines))))


class TestList:
    def test_says_until_when_the_data_goes(self, reader):
        page = reader.get("/releases").text

        assert "July to September 2026" in page
        assert "data until 21 October 2026" in page

    def test_says_what_is_on_its_way(self, world, organization_id):
        first, _second = (world.register(name, organization_id) for name in ("One", "Two"))
        world.close(first, couples(same=20))
        world.settle()

        page = world.visitor(organization_id).get("/releases").text

        assert "1 of 2 clinics" in page
        assert "29 October 2026 at the latest" in page

    def test_is_kind_when_there_is_nothing_yet(self, world, organization_id):
        assert "No release yet" in world.visitor(organization_id).get("/releases").text


@pytest.mark.requirement("RPT-02")
class TestRelease:
    def test_shows_a_small_clinic_as_withheld_in_words_and_never_as_zero(self, reader, release_id):
        page = reader.get(f"/releases/{release_id}").text

        [small] = re.findall(r'aria-label="(=Small[^"]*)"', page)
        assert small == (
            "=Small: withheld: fewer than 11 couples, or needed to protect another figure."
        )

    def test_names_clinics_in_the_order_of_their_names(self, reader, release_id):
        page = reader.get(f"/releases/{release_id}").text

        names = re.findall(r'<span class="name">([^<]*)</span>', page)
        assert names == ["All clinics shown", "=Small", "Mill Lane", "Orchard House"]

    def test_offers_nothing_to_choose(self, reader, release_id):
        page = reader.get(f"/releases/{release_id}?clinic=1&from=2026-01-01").text

        main = page[page.index("<main") :]
        assert "<select" not in main
        assert "<input" not in main
        assert main.count("<form") == 0

    def test_says_how_to_read_it_and_what_it_does_not_say(self, reader, release_id):
        page = reader.get(f"/releases/{release_id}").text

        assert "How to read this" in page
        assert "Small differences mean nothing" in page
        assert "What this does not say." in page
        assert "This is a preview" in page

    def test_prints_no_number_that_the_release_does_not_hold(
        self, reader, release_id, released, organization_id
    ):
        document = released.document(organization_id)
        row = table(document)["organization"]
        held = {row["couples"]} | {cell["couples"] for cell in row["cells"]}
        for clinic in table(document)["rows"]:
            held |= {clinic["couples"]} | {cell["couples"] for cell in clinic["cells"]}

        page = reader.get(f"/releases/{release_id}").text

        shown = {int(found) for found in re.findall(r"[Aa]bout (\d+)\b", page)}
        assert shown <= held

    def test_no_other_address_computes_anything(self, reader, release_id):
        for address in ("/releases/2026", f"/releases/{release_id}/clinics", "/api/measures"):
            assert reader.get(address).status_code == 404


class TestFiles:
    def test_the_json_is_the_release_byte_for_byte(
        self, reader, release_id, released, organization_id
    ):
        [entry] = released.releases(organization_id)

        file = reader.get(f"/releases/{release_id}.json")

        assert hashlib.sha256(file.data).hexdigest() == entry["sha256"]
        assert json.loads(file.data)["period"] == PERIOD
        assert "attachment" in file.headers["Content-Disposition"]

    @pytest.mark.requirement("RPT-08")
    def test_the_sheet_carries_the_notes_and_no_formula(self, reader, release_id):
        text = reader.get(f"/releases/{release_id}.csv").text

        assert "[c] withheld: fewer than 11 couples" in text
        cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
        assert "'=Small" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\0"))]

    def test_the_sheet_says_why_a_value_is_missing(self, reader, release_id):
        rows = sheet_rows(reader.get(f"/releases/{release_id}.csv").text)

        small = [row for row in rows if row["clinic"] == "'=Small"]
        assert {(row["value"], row["status"]) for row in small} == {("", "[c]"), ("", "[x]")}

    def test_the_sheet_holds_what_the_release_prints(
        self, reader, release_id, released, organization_id
    ):
        [mill_lane] = [
            row
            for row in sheet_rows(reader.get(f"/releases/{release_id}.csv").text)
            if (row["clinic"], row["category"], row["measure"], row["statistic"])
            == ("Mill Lane", "up", "communication", "percent")
        ]

        cell = table(released.document(organization_id))["rows"][1]["cells"][0]
        assert int(mill_lane["value"]) == cell["percent"]
        assert (int(mill_lane["lower"]), int(mill_lane["upper"])) == (cell["low"], cell["high"])

    @pytest.mark.parametrize("ending", ["csv", "json"])
    def test_programs_get_the_same(self, reader, release_id, ending):
        file = reader.get(f"/releases/{release_id}.{ending}").data
        address = f"/api/releases/{release_id}" + ("/csv" if ending == "csv" else "")

        assert reader.get(address).data == file


def test_a_supervisor_who_opens_reports_is_led_to_the_releases(reader):
    assert reader.get("/").location == "/releases"
