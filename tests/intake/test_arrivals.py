"""A list of people comes in whole or not at all, and twice is the same as once."""

import io
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from services.intake.arrivals import usecases
from services.intake.arrivals.domain import (
    MOST_ROWS,
    NEEDED,
    FileNotUsable,
    read_arrivals,
)
from services.intake.consent import queries as consent
from services.intake.consent.models import ConsentPause
from services.intake.consent.usecases import answer
from services.intake.people import queries
from services.intake.people import usecases as people
from services.intake.people.domain import Contact
from services.intake.people.models import ContactCard, Person, Relationship
from shared.contracts.intake import MemberChanged, MemberJoined, RelationshipOpened
from tests.intake.test_people import send

HEADER = ",".join(NEEDED)
ANA = "R1,Ana,ana@letters.example,Europe/Lisbon,en,mon wed,18:00,20:00"
NOA = "R1,Noa,,Europe/Lisbon,pt,,,"
KIM = "R1,Kim,kim@letters.example,UTC,en,sat-sun,9:00,11.30"


def file(*lines: str, end: str = "\n") -> str:
    return end.join([HEADER, *lines]) + end


def wrong(content):
    return [(one.line, one.column) for one in read_arrivals(content).mistakes]


class TestReading:
    def test_takes_each_line_as_a_member(self):
        [ana, noa] = read_arrivals(file(ANA, NOA)).rows

        assert (ana.details.name, ana.contact.email) == ("Ana", "ana@letters.example")
        assert [window.day for window in ana.contact.windows] == [0, 2]
        assert (noa.details.language, noa.contact) == ("pt", Contact())

    @pytest.mark.parametrize(
        "content",
        [
            file(ANA, NOA).encode(),
            b"\xef\xbb\xbf" + file(ANA, NOA).encode(),
            file(ANA, NOA, end="\r\n").encode(),
            file(ANA, NOA, end="\r"),
            file(ANA, NOA).replace(",", ";"),
            file(ANA, NOA).replace(",", "\t"),
            "sep=;\r\n" + file(ANA, NOA, end="\r\n").replace(",", ";"),
            "\n\n" + file(ANA, "", ",,,,,,,", NOA),
            file(*(",".join(f'"{cell}"' for cell in line.split(",")) for line in (ANA, NOA))),
            file(ANA, NOA).replace("window_days", " Window Days "),
        ],
    )
    def test_understands_how_clinics_write_it(self, content):
        plain, found = read_arrivals(file(ANA, NOA)), read_arrivals(content)

        assert found.mistakes == ()
        assert [row.details for row in found.rows] == [row.details for row in plain.rows]
        assert [row.contact for row in found.rows] == [row.contact for row in plain.rows]

    def test_keeps_separators_quotes_and_line_breaks_inside_a_cell(self):
        header = f"{HEADER},label"
        rows = f'{header}\n{ANA},"Green; ""left"", \nshelf"\n{NOA},\n'

        [ana, noa] = read_arrivals(rows).rows

        assert ana.label == 'Green; "left", \nshelf'
        assert noa.line == 4

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "The file is empty."),
            (b"\xef\xbb\xbf \r\n", "The file is empty."),
            (HEADER, "There is no row below the header."),
            (file(ANA, NOA).encode("utf-16"), "UTF-16"),
            (b"PK\x03\x04rest", "Excel workbook"),
            (file(ANA, NOA.replace("Noa", "Noé")).encode("cp1252"), "not UTF-8"),
            (file(ANA, 'R1,"Noa,,UTC,en,,,'), "quotation marks"),
        ],
    )
    def test_says_what_to_do_with_a_file_that_it_cannot_read(self, content, says):
        [mistake] = read_arrivals(content).mistakes

        assert says in mistake.reason
        assert mistake.advice

    def test_names_the_line_that_is_not_utf_8(self):
        [mistake] = read_arrivals(file(ANA, NOA.replace("Noa", "Noé")).encode("cp1252")).mistakes

        assert mistake.line == 3
        assert "CSV UTF-8" in mistake.advice

    def test_names_columns_that_are_missing_unknown_or_there_twice(self):
        header = HEADER.replace("zone", "phone").replace("language", "email")

        mistakes = read_arrivals(f"{header}\n{ANA}\n{NOA}\n").mistakes

        assert {(one.column, one.reason) for one in mistakes} == {
            ("zone", "This column is missing."),
            ("language", "This column is missing."),
            ("phone", "This column is not known."),
            ("email", "This column is there twice."),
        }

    @pytest.mark.parametrize(
        ("line", "column"),
        [
            (ANA.replace("R1", ""), "relationship"),
            (ANA.replace("Ana", ""), "member"),
            (ANA.replace("ana@letters.example", "ana@"), "email"),
            (ANA.replace("Europe/Lisbon", "Lisbon time"), "zone"),
            (ANA.replace(",en,", ",English,"), "language"),
            (ANA.replace("mon wed", "mon someday"), "window_days"),
            (ANA.replace("mon wed", "fri-mon"), "window_days"),
            (ANA.replace("18:00", "25:00"), "window_from"),
            (ANA.replace("20:00", ""), "window_to"),
            (ANA.replace("20:00", "17:00"), "window_to"),
            (HEADER, "the whole line"),
            (f"{ANA},more", "the whole line"),
        ],
    )
    def test_names_line_and_column_of_a_bad_row(self, line, column):
        assert (3, column) in wrong(file(NOA, line, KIM))

    def test_names_every_bad_row_once_in_order(self):
        bad = ANA.replace("Europe/Lisbon", "Mars")

        assert wrong(file(bad, NOA, KIM.replace(",en,", ",??,"))) == [(2, "zone"), (4, "language")]

    def test_says_nothing_of_a_relationship_that_a_bad_row_belongs_to(self):
        assert wrong(file(ANA, NOA.replace("Europe/Lisbon", "Mars"))) == [(3, "zone")]

    def test_takes_capitals_in_a_relationship_s_name_for_the_same(self):
        assert list(read_arrivals(file(ANA, NOA.replace("R1", "r1"))).groups) == ["r1"]

    @pytest.mark.requirement("INT-18")
    def test_refuses_a_relationship_of_one(self):
        assert wrong(file(ANA, NOA, "R2,Kim,,UTC,en,,,")) == [(4, "relationship")]

    @pytest.mark.requirement("INT-12")
    def test_refuses_one_address_for_two_members(self):
        assert wrong(file(ANA, KIM.replace("kim@letters", "ANA@Letters"))) == [(3, "email")]

    def test_refuses_the_same_member_twice(self):
        assert (3, "member") in wrong(file(ANA, NOA.replace("Noa", "ANA")))

    def test_repeats_nothing_of_a_person_in_a_mistake(self):
        mistakes = read_arrivals(file(ANA.replace("@", " at "), NOA.replace("UTC", "x"))).mistakes

        assert "letters" not in str([(one.reason, one.advice) for one in mistakes])

    @pytest.mark.left_to_the_build("reading fifty thousand rows")
    def test_reads_fifty_thousand_rows_and_no_more(self):
        lines = [f"R{n // 2},M{n},,UTC,en,,," for n in range(MOST_ROWS)]

        assert len(read_arrivals(file(*lines)).rows) == MOST_ROWS
        [mistake] = read_arrivals(file(*lines, "R,X,,UTC,en,,,")).mistakes
        assert "50,000" in mistake.reason

    @given(content=st.binary(max_size=300) | st.text(max_size=300))
    def test_answers_anything_with_rows_or_mistakes(self, content):
        found = read_arrivals(content)

        assert bool(found.rows) != bool(found.mistakes)

    @given(cells=st.lists(st.lists(st.text(max_size=12), max_size=12), max_size=5))
    def test_answers_any_rows_below_a_good_header(self, cells):
        found = read_arrivals(file(*(",".join(row) for row in cells)))

        assert bool(found.rows) != bool(found.mistakes)
        assert all(one.line > 0 and one.reason and one.advice for one in found.mistakes)


def taken(house, content, *, dry_run=False):
    """Take in a file by the use case."""
    with house.work() as work:
        return usecases.import_people(
            work,
            clinic_id=house.clinic,
            clinician_id=house.staff["ines"],
            arrivals=read_arrivals(content),
            now=house.clock.now(),
            dry_run=dry_run,
        )


def counted(house):
    """Return how many relationships and people there are."""
    with house.work() as work:
        return tuple(
            work.session.scalar(select(func.count()).select_from(kind))
            for kind in (Relationship, Person)
        )


class TestImport:
    def test_opens_relationships_and_tells_of_them(self, house):
        outcome = taken(house, file(ANA, NOA, KIM))

        assert (outcome.opened, outcome.joined) == (1, 3)
        assert len(house.told(RelationshipOpened)) == 1
        assert len(house.told(MemberJoined)) == 3

    def test_changes_nothing_in_a_dry_run(self, house):
        outcome = taken(house, file(ANA, NOA), dry_run=True)

        assert outcome.opened == 1
        assert counted(house) == (0, 0)
        assert house.told(RelationshipOpened) == []

    def test_run_again_changes_nothing(self, house):
        taken(house, file(ANA, NOA))
        told = len(house.told(MemberChanged))

        again = taken(house, file(ANA.replace("R1", "r1"), NOA))

        assert (again.opened, again.joined, again.changed, again.unchanged) == (0, 0, 0, 2)
        assert counted(house) == (1, 2)
        assert len(house.told(MemberChanged)) == told

    def test_changes_what_the_file_says_anew(self, house):
        taken(house, file(ANA, NOA))

        again = taken(house, file(ANA.replace("Europe/Lisbon", "Europe/Madrid"), NOA, KIM))

        assert (again.joined, again.changed, again.unchanged) == (1, 1, 1)
        assert len(house.told(MemberChanged)) == 1

    def test_takes_nothing_of_a_file_with_one_mistake(self, house):
        with pytest.raises(FileNotUsable):
            taken(house, file(ANA, NOA, "R2,Kim,,Mars,en,,,"))

        assert counted(house) == (0, 0)

    @pytest.mark.requirement("INT-12")
    def test_confirms_no_contact_card(self, house):
        taken(house, file(ANA, NOA))

        with house.work() as work:
            cards = work.session.scalars(select(ContactCard)).all()
        assert all(not card.private and card.confirmed_on is None for card in cards)

    @pytest.mark.requirement("INT-14")
    def test_never_changes_a_card_that_was_confirmed_with_the_person_alone(self, house):
        taken(house, file(ANA, NOA))
        with house.work() as work:
            [card] = [
                one
                for one in work.session.scalars(select(ContactCard))
                if queries.contact_of(work, one).email
            ]
            people.change_contact(
                work,
                clinic_id=house.clinic,
                person_id=card.id,
                contact=Contact(email="new@safe.example", private=True),
                spoken_alone=True,
                now=house.clock.now(),
            )

        outcome = taken(house, file(ANA, NOA))

        with house.work() as work:
            kept = work.session.get(ContactCard, (house.clinic, card.id))
            contact = queries.contact_of(work, kept)
        assert outcome.kept == 1
        assert contact == Contact(email="new@safe.example", private=True)

    def test_keeps_no_readable_key_of_the_file(self, house):
        taken(house, file(ANA.replace("R1", "Zaphira"), NOA.replace("R1", "Zaphira")))

        files = house.service.settings.data_dir.glob("intake.sqlite*")
        assert b"aphira" not in b"".join(path.read_bytes() for path in files)


PAPER = f"{HEADER},paper\n{ANA},checkin.email report.aggregate\n{NOA},\n"


def own_page(house, name):
    """Return what the clinician reads on one person's own page."""
    ines = house.visitor("ines")
    listed = ines.get("/intake/consent/endings").text
    return ines.get(re.search(rf'href="([^"]+/consent)">{name}<', listed)[1]).text


class TestPaper:
    def test_what_was_signed_on_paper_permits_nothing_and_is_asked_anew(self, house):
        outcome = taken(house, PAPER)
        page = house.visitor("ines").get("/intake/consent/endings").text

        with house.work() as work:
            [ana] = consent.noted_on_paper(work, work.session.scalars(select(Person.id)).all())
            standing = consent.standing(
                work, clinic_id=house.clinic, person_id=ana, now=house.clock.now()
            )
        assert outcome.papers == 2
        assert page.count("To renew") == 1
        assert [own_page(house, name).count("To renew") for name in ("Ana", "Noa")] == [2, 0]
        assert not any(decision.permits for decision in standing.values())

    def test_twice_is_the_same_as_once_and_a_dry_run_notes_nothing(self, house):
        before = taken(house, PAPER, dry_run=True).papers

        assert (before, taken(house, PAPER).papers, taken(house, PAPER).papers) == (2, 2, 0)

    def test_whoever_was_asked_here_is_not_asked_anew(self, house):
        taken(house, PAPER)
        with house.work() as work:
            [ana] = consent.noted_on_paper(work, work.session.scalars(select(Person.id)).all())
            answer(
                work,
                clinic_id=house.clinic,
                person_id=ana,
                answers={"checkin.email": False, "report.aggregate": True},
                now=house.clock.now(),
            )

        assert "To renew" not in house.visitor("ines").get("/intake/consent/endings").text

    def test_is_refused_where_it_names_something_that_is_not_asked_here(self):
        content = PAPER.replace("report.aggregate", "everything")

        [mistake] = read_arrivals(content).mistakes
        assert (mistake.line, mistake.column) == (2, "paper")
        assert "checkin.email or report.aggregate" in mistake.advice


class TestPage:
    def form(self, house, content):
        return {
            "file": (io.BytesIO(content.encode()), "people.csv"),
            "clinician": f"{house.clinic} {house.staff['ines']}",
        }

    def test_shows_what_would_change_and_takes_it_in_when_confirmed(self, house):
        admin = house.visitor("marta")

        report = admin.post("/intake/import", self.form(house, file(ANA, NOA)))
        before = counted(house)
        confirm = re.search(r'action="(/intake/import/[^"]+)"', report.text).group(1)
        done = admin.post(confirm)

        assert before == (0, 0)
        assert done.headers["Location"] == "/intake/people"
        assert counted(house) == (1, 2)
        assert admin.post(confirm).status_code == 410

    def test_hands_over_an_example_that_can_be_taken_in(self, house):
        page = house.visitor("marta").get("/intake/import").text

        [example] = re.findall(r'href="data:text/csv;charset=utf-8,([^"]+)" download=', page)
        assert not read_arrivals(unquote(example)).mistakes

    def test_lists_each_mistake(self, house):
        page = house.visitor("marta").post(
            "/intake/import", self.form(house, file(ANA, NOA.replace("Europe/Lisbon", "Mars")))
        )

        assert page.status_code == 422
        assert "Choose a time zone from the list" in page.text

    def test_of_one_admin_is_not_confirmed_by_another(self, house):
        report = house.visitor("marta").post("/intake/import", self.form(house, file(ANA, NOA)))
        confirm = re.search(r'action="(/intake/import/[^"]+)"', report.text).group(1)

        others = [house.visitor(name).post(confirm).status_code for name in ("olga", "rui")]

        assert others == [410, 410]
        assert counted(house) == (0, 0)

    def test_takes_a_file_larger_than_a_form(self, house):
        lines = [f"R{n // 2},Member number {n},,Europe/Lisbon,en,,," for n in range(25_000)]
        content = file(*lines, "bad")

        page = house.visitor("marta").post("/intake/import", self.form(house, content))
        page.request.environ["wsgi.input"].close()

        assert len(content) > house.service.settings.max_body_bytes
        assert page.status_code == 422


class TestApi:
    def body(self, house, content, **more):
        return {
            "clinic_id": str(house.clinic),
            "clinician_id": str(house.staff["ines"]),
            "csv": content,
            **more,
        }

    def test_is_a_dry_run_unless_told_otherwise(self, house):
        admin = house.visitor("marta")

        tried = send(admin, "/intake/api/import/", self.body(house, file(ANA, NOA)))
        before = counted(house)
        done = send(admin, "/intake/api/import/", self.body(house, file(ANA, NOA), dry_run=False))

        assert tried.json == done.json
        assert before == (0, 0)
        assert counted(house) == (1, 2)

    def test_lists_mistakes_as_a_problem(self, house):
        answer = send(
            house.visitor("marta"),
            "/intake/api/import/",
            self.body(house, file(ANA, NOA.replace(",pt,", ",??,"))),
        )

        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"
        assert answer.json["errors"][0]["pointer"] == "/line 3/language"


@pytest.mark.requirement("INT-17")
class TestWhoIsNotAskedYet:
    HEAD = f"{HEADER},not_asked\n"

    def test_waits_from_the_start(self, house):
        taken(house, self.HEAD + ANA + ",age\n" + NOA + ",\n")

        with house.work() as work:
            [pause] = work.session.scalars(select(ConsentPause)).all()
            person = work.get(Person, house.clinic, pause.person_id)
            assert work.open(person, "name") == "Ana"
            assert work.open(pause, "why") == "age"

    def test_is_said_in_one_of_two_words(self, house):
        read = read_arrivals(self.HEAD + ANA + ",too young\n" + NOA + ",\n")

        assert [(one.column, one.advice) for one in read.mistakes] == [
            ("not_asked", "Write age or doubt, or leave the cell empty.")
        ]
