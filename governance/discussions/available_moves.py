"""The moves and actions a viewer may take on a topic, as forms."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from governance import links
from governance.core.db import db, now
from governance.core.lifecycle import Move
from governance.core.web.forms import Form, options
from governance.core.web.pages import local
from governance.discussions import lifecycle as life
from governance.discussions.forms import AnswerForm, DeedForm, HideForm, TaskForm, move_form
from governance.discussions.lifecycle import TopicMove
from governance.discussions.model import Topic
from governance.people.access.permissions import may, visible
from governance.people.access.viewer import Viewer
from governance.triage.masking import masked

A_FORTNIGHT = timedelta(days=14)


def move_forms(topic: Topic, viewer: Viewer, given: dict[str, Form]) -> list[tuple[Move, Form]]:
    """Pair each move the viewer may make now with its form. A refused form keeps the submitted values."""
    offered = [move for move in topic.next_moves() if _fits(move, topic) and may(viewer, f"topic.{move.name}", topic)]
    chosen = [(move, choices(move, topic, viewer)) for move in offered]
    return [
        (move, given.get(move.name) or move_form(move, targets).blank().on_page_as(move.name))
        for move, targets in chosen
        if targets is None or targets
    ]


def _fits(move: TopicMove, topic: Topic) -> bool:
    """May it be made with this topic? Another wording is asked for only where the words cannot be shown whole."""
    if move.name == "reword":
        return topic.urgent or any(masked(words).parts for words in (topic.title, topic.words))
    return move.for_urgent if topic.urgent else move.for_calm


def choices(move: Move, topic: Topic, viewer: Viewer) -> list[tuple[str, str]] | None:
    """The topics offered by a move that asks for one; None if the move asks for none."""
    return _merge_targets(topic, viewer) if any(ask.name == "into" for ask in move.asks) else None


def _merge_targets(topic: Topic, viewer: Viewer) -> list[tuple[str, str]]:
    """Possible merge targets: open topics at a place above or below this one's, where the viewer may merge."""
    query = select(Topic).where(Topic.state == life.DISCUSSING, Topic.id != topic.id)
    near = query.where(Topic.community_id == topic.community_id, visible(viewer, "topic.merge", Topic))
    found = db.session.scalars(near.options(joinedload(Topic.place)).order_by(Topic.id.desc()).limit(50))
    line = topic.place.ancestors
    return [(str(one.id), one.title) for one in found if one.place_id in line or topic.place_id in one.place.ancestors]


def staff_forms(topic: Topic, viewer: Viewer, given: dict[str, Form]) -> dict[str, Any]:
    """The forms of the other staff actions on a topic; all empty for residents."""
    if not may(viewer, "topic.moderate", topic):
        return {"answer": None, "task": None, "deed": None, "hide": None, "tickets": []}
    status = topic.status
    return {
        "answer": given.get("answer") or (AnswerForm.blank().on_page_as("answer") if status.open else None),
        "task": given.get("task") or (task_form(topic, blank=True) if status.gives_tasks else None),
        "deed": given.get("deed") or (_deed_form(topic) if status.counts_deeds else None),
        "hide": given.get("hide") or HideForm.blank().on_page_as("hide"),
        "tickets": links.tickets().movable_to_topic(topic.place, viewer) if status.gathers else [],
    }


def task_form(topic: Topic, blank: bool = False) -> TaskForm:
    """The form of a task. The ticket port supplies its categories and bodies."""
    due = local(now() + A_FORTNIGHT).date()
    form = TaskForm.blank(due=due) if blank else TaskForm()
    categories, bodies = links.tickets().task_choices(topic.place)
    form.category.choices = options(*categories)
    form.body.choices = options(("", "社区自己办"), *bodies)
    return form.on_page_as("task")


def _deed_form(topic: Topic) -> DeedForm:
    return DeedForm.blank(title=topic.title, done_on=local(now()).date()).on_page_as("deed")
