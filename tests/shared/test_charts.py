"""Every picture has a sentence, the same numbers as a table, and nothing that a page must fetch."""

import re
import subprocess
import sys
from datetime import date

import pytest

from shared.charts import Chart, Point, Scale, bars, own_course, shares, trends

SCALE = Scale(0, 10, "not at all", "fully")


def course(title: str = "Felt listened to") -> Chart:
    return own_course(
        "listened",
        title,
        "Between 3 and 7 so far; the latest answer, 5, lies within.",
        points=[Point(date(2026, 6, day), value) for day, value in ((1, 3), (8, None), (15, 7))],
        scale=SCALE,
        usual=(3, 7),
        middle=5,
    )


ALL = {
    "own_course": course,
    "bars": lambda: bars("b", "Couples", "A sentence.", values=[("Mill", None), ("Elm", 35)]),
    "shares": lambda: shares(
        "s",
        "Steps",
        "A sentence.",
        parts=["Up", "Down"],
        values=[("Mill", None), ("Elm", (60, 40))],
    ),
    "trends": lambda: trends(
        "t", "Held", "A sentence.", periods=["Q1", "Q2"], values=[("Mill", (None, 4))], unit=" %"
    ),
}


@pytest.mark.parametrize("kind", ALL)
def test_a_picture_needs_nothing_from_elsewhere_and_no_style_of_its_own(kind):
    svg = ALL[kind]().svg

    assert svg.startswith("<svg ")
    assert not re.search(r"style=|<style|<script|<image|url\(|\sid=", svg)
    assert set(re.findall(r"https?://[^\"]+", svg)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


@pytest.mark.parametrize("kind", ALL)
def test_a_figure_says_what_the_picture_shows_and_holds_the_numbers(kind):
    chart = ALL[kind]()
    html = chart.__html__()

    assert html.count("<figure") == html.count("<table") == html.count("<svg") == 1
    assert f'id="{chart.id}-reading">{chart.sentence}</p>' in html
    assert f'aria-labelledby="{chart.id}-title {chart.id}-reading"' in html
    assert html.count('scope="row"') == len(chart.rows)


def test_the_table_of_a_course_holds_every_answer_and_every_gap():
    rows = course().rows

    assert [row["on"] for row in rows] == ["1 June 2026", "8 June 2026", "15 June 2026"]
    assert [row["value"] for row in rows] == ["3", "\N{EN DASH}", "7"]


def test_a_withheld_number_is_drawn_and_written_as_withheld():
    chart = ALL["bars"]()

    assert chart.rows[0]["value"] == "withheld"
    assert ">withheld</text>" in chart.svg


def test_what_is_written_on_a_figure_is_never_read_as_html():
    html = course(title="<b>Felt</b>").__html__()

    assert "<b>" not in html
    assert "&lt;b&gt;Felt&lt;/b&gt;" in html


def test_end_words_cannot_leave_their_place_in_the_picture():
    scale = Scale(0, 10, "' + datum.secret + '", "fully")

    drawn = own_course("x", "T", "S.", points=[Point(date(2026, 6, 1), 4)], scale=scale).svg

    assert "0   datum.secret" in re.sub(r"<[^>]*>", "", drawn)


def test_without_the_extra_the_table_stands_open_and_no_picture_is_promised():
    blocked = (
        "import sys; sys.modules['altair'] = None\n"
        "from shared.charts import bars\n"
        "print(bars('b', 'Couples', 'A sentence.', values=[('Elm', 35)]).__html__())"
    )

    html = subprocess.run(
        [sys.executable, "-c", blocked], capture_output=True, text=True, check=True
    ).stdout

    assert "<details open>" in html
    assert "35" in html
    assert "<svg" not in html


def test_the_tools_are_not_loaded_before_a_picture_is_drawn():
    seen = "import sys, shared.charts; print('altair' in sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True).stdout

    assert loaded.strip() == "False"
