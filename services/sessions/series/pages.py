"""The clinician's page of one member's own course."""

from uuid import UUID

from flask import Blueprint, render_template

from services.sessions.roster import queries as roster
from services.sessions.series import domain, queries
from services.sessions.series.queries import Course
from shared.charts import Chart, Point, Scale, own_course
from shared.web import reading

blueprint = Blueprint("series", __name__)


@blueprint.get("/relationships/<uuid:relationship_id>/series/<uuid:person_id>")
def series(relationship_id: UUID, person_id: UUID) -> str:
    """Show what one member answered over time, each question on its own."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
        member = together.member(person_id)
        courses = queries.courses_of(work, together, person_id)
        chosen = queries.choices_of(work, together, person_id)
    return render_template(
        "sessions/series/series.html",
        together=together,
        member=member,
        charts=[_chart(course) for course in courses if course.answers],
        unanswered=[course.question.name for course in courses if not course.answers],
        listed=queries.questions()[1],
        chosen=chosen,
    )


def _chart(course: Course) -> Chart:
    question, own = course.question, domain.usual(course.values)
    return own_course(
        f"question-{question.id}",
        question.name,
        domain.reading(course.values),
        points=[Point(one.on, one.value) for one in course.answers],
        scale=Scale(domain.LOWEST, domain.HIGHEST, question.low, question.high),
        usual=(own.low, own.high) if own else None,
        middle=own.middle if own else None,
    )
