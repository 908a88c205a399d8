"""Residents' routes of the hall: read and propose. say_routes.py has a person's own pages, desk.py the staff's.

The topic's page is public and the same for all; a person's own content is on the page 我来说.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request

from governance import links
from governance.core import limits
from governance.core.db import db, now
from governance.core.errors import Invalid, Missing
from governance.core.translation import LazyText as _l
from governance.core.web import page_cache
from governance.core.web.acknowledgement import acknowledge
from governance.core.web.forms import Form, attempt, refused_fields
from governance.core.web.pages import back, elder, language, local, translated
from governance.core.web.security import refills
from governance.discussions import actions, danger, outcomes, page, progress, queries
from governance.discussions import lifecycle as life
from governance.discussions.available_moves import move_forms, staff_forms
from governance.discussions.forms import HideForm, TopicForm
from governance.discussions.model import Topic
from governance.discussions.opinion_table import few
from governance.people.access.current import COOKIE, as_person, current, open_to
from governance.people.access.permissions import anyone, may
from governance.people.access.viewer import NOBODY, Viewer
from governance.people.access.wechat_redirect import asks_wechat
from governance.places.codes import living
from governance.places.model import Code
from governance.triage.pressing import carry_calls
from governance.triage.sorting import sort
from governance.wechat import jssdk

bp = Blueprint("discussions", __name__)
TOPICS_A_PERSON = "5/day"
IN_GOOD_HANDS = _l("收到了。社区的人马上看，会联系您；您写的话不公开。")
MOST_DIGITS = 9  # of an id in a request


@bp.get("/c/<code>/topics")
@open_to(anyone)
def hall(code: str) -> Any:
    """议事厅: the running topics here and at the places above, each with its next step."""
    found = living(code)
    place = found.place
    return render_template(
        "discussions/hall.html",
        code=found,
        place=place,
        topics=queries.going_on(place),
        settled=queries.settled(place),
        deeds=queries.count_deeds(place),
        tone=progress.tone,
        now_and_next=lambda topic: progress.now_and_next(topic, outcomes.is_asked(topic)),
    )


@bp.get("/c/<code>/deeds")
@open_to(anyone)
def deeds(code: str) -> Any:
    """办实事: the deeds here."""
    found = living(code)
    listed = queries.deeds(found.place, request.args.get("after", ""))
    return render_template("discussions/deeds.html", code=found, place=found.place, page=listed)


@bp.route("/c/<code>/topics/new", methods=["GET", "POST"])
@open_to(anyone)
@asks_wechat
@refills
def new(code: str) -> Any:
    """Propose a topic. Similar topics are shown first, and one tap joins one of them."""
    found, form = living(code), TopicForm()
    if request.method == "POST" and not current().known:
        form.refuse(Invalid({"title": "提议题前，请社区认识您一次；您写的都还在"}))
        return _new_page(found, form)
    topic = attempt(form, lambda: _propose(found, form))
    if topic is None:
        return _new_page(found, form)
    carry_calls(topic.ref, _written(form))
    acknowledge(topic.ref, IN_GOOD_HANDS if topic.urgent else _l("提上去了。社区看过就公开；不采纳也会说明原因。"))
    return back("discussions.say", ref=topic.ref)


def _written(form: TopicForm) -> str:
    return f"{form.title.data or ''}\n{form.words.data or ''}"


def _propose(code: Code, form: TopicForm) -> Topic:
    details = (form.submission.data, form.title.data, form.words.data)
    first = actions.proposed(current().person_id, *details)
    if first:
        return first
    if not form.different.data and any(_alike(code, form.title.data)):
        raise Invalid({"title": "有差不多的，请先看看上面的；不一样就再点一次“提出来”"})
    limits.require(TOPICS_A_PERSON, "topic", str(current().person_id))
    return as_person(lambda viewer: actions.propose(code.place, viewer, *details))


def _alike(code: Code, title: str) -> tuple[list[Topic], Sequence[links.LinkedTicket]]:
    """Similar topics and tickets."""
    return (queries.alike(code.place, title), links.tickets().similar(code.place, title)) if title else ([], [])


def _new_page(code: Code, form: TopicForm) -> Any:
    place = code.place
    alike, like = _alike(code, form.title.data or "")
    form.different.data = "1" if alike or like else ""
    page = render_template(
        "discussions/new.html",
        calls=sort(_written(form)).calls if request.method == "POST" else (),
        code=code,
        place=place,
        form=form,
        alike=alike,
        like=like,
        going_on=queries.going_on(place, 5),
        clusters=links.tickets().clusters(place),
    )
    return page, form.status


@bp.get("/topics/<ref>")
@open_to(anyone)
def show(ref: str) -> Any:
    """The cached public page. Staff get their forms, and an author gets a topic that is not yet public."""
    if request.args.get("after") or (COOKIE in request.cookies and current().posts):
        return topic_page(queries.find_topic(ref, current()), current())
    try:
        key = ("topic", ref, language(), elder(), jssdk.wanted(request.user_agent.string))
        return page_cache.response_of(page_cache.fresh(key) or _asked(key, ref))
    except Missing:
        return topic_page(queries.find_topic(ref, current()), current())


def _asked(key: page_cache.Key, ref: str) -> page_cache.Kept[page_cache.Page]:
    """The public page, cached or rendered anew. Raises Missing."""
    topic = page.topic_view(db.session.connection(), ref)
    if not may(NOBODY, "topic.read", topic):
        raise Missing
    return page_cache.current_page(key, topic.version, lambda: _body(topic, NOBODY))


def topic_page(topic: Topic, viewer: Viewer, forms: dict[str, Form] | None = None, status: int = 200) -> Any:
    """The page of one topic. Staff get a form for each move open to them; `forms` are the refused ones to refill."""
    offered = {"moves": move_forms(topic, viewer, forms or {}), **staff_forms(topic, viewer, forms or {})}
    offered |= {"what_to_do": danger.WHAT_TO_DO, "as_published": _as_published(topic)}
    written = queries.review_words(topic) if may(viewer, "topic.moderate", topic) else []
    view = page.topic_view(db.session.connection(), topic.ref)
    return _body(view, viewer, request.args.get("after", ""), review_words=written, **offered), status


def _as_published(topic: Topic) -> tuple[str, str] | None:
    """The title and the words that the accepting tap would publish; None where they stay as they are."""
    if topic.official or topic.checked_at:
        return None
    shown = danger.published(topic.title, 40), danger.published(topic.words, 1000)
    return shown if shown != (topic.title, topic.words) else None


def _body(topic: page.TopicView, viewer: Viewer, after: str = "", **for_staff: Any) -> str:
    connection, asks_review = db.session.connection(), outcomes.is_asked(topic)
    if for_staff:
        for_staff |= {"refused_fields": refused_fields}
    return translated("discussions/show.html", language()).render(
        today=local(now()).date(),
        viewer=viewer,
        topic=topic,
        content=page.content(connection, topic, after),
        in_wechat=jssdk.wanted(request.user_agent.string),
        now_and_next=progress.now_and_next(topic, asks_review),
        tone=progress.tone(topic),
        sources=links.sources("topic", topic.id, viewer),
        outcomes=links.outcomes("topic", topic.id, viewer),
        few=few(topic.people),
        asks_review=asks_review,
        declined=topic.state == life.DECLINED,
        reviews=page.reviews(connection, topic.id) if asks_review else {},
        speaking=topic.state in life.SPOKEN_IN,
        replying=topic.state in life.REPLIED_IN,
        moderating=may(viewer, "topic.moderate", topic),
        recording=may(viewer, "topic.record", topic),
        **for_staff,
    )


@bp.get("/topics/<ref>/statements")
@open_to(anyone)
def statements(ref: str) -> Any:
    """All shown statements, page by page."""
    viewer = current()
    topic = queries.find_topic(ref, viewer)
    return render_template(
        "discussions/statements.html",
        topic=topic,
        page=page.statements(db.session.connection(), topic.id, request.args.get("after", "")),
        replying=topic.state in life.REPLIED_IN,
        moderating=may(viewer, "topic.moderate", topic),
        hide=HideForm.blank(),
    )
