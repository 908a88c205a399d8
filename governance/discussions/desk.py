"""Staff routes of the hall: the moderation list, topics and their moves, tasks, deeds, watchwords."""

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import select

from governance import links
from governance.core.db import db, locked, writing
from governance.core.errors import Forbidden, Invalid, Refused, Stale
from governance.core.events import broken_at, history
from governance.core.web.forms import Form, attempt
from governance.core.web.pages import back
from governance.core.web.security import refills, stale_form
from governance.discussions import actions, contributions, danger, moderation, outcomes, progress, queries
from governance.discussions.available_moves import choices, task_form
from governance.discussions.forms import (
    AnswerForm,
    BeginForm,
    DeedForm,
    HideForm,
    NameForm,
    WatchwordForm,
    WhoForm,
    move_form,
)
from governance.discussions.lifecycle import LIFE
from governance.discussions.model import Topic, Watchword
from governance.discussions.record_words import facts
from governance.discussions.routes import MOST_DIGITS, bp, topic_page
from governance.discussions.say_routes import say_page
from governance.people.access.current import current, open_to
from governance.people.access.permissions import anyone, keeper, may, officer, require, visible
from governance.people.model import Person
from governance.people.residents import departure
from governance.places.finding import find_place
from governance.places.model import Place

HELD_AT = ("district", "street", "community", "courtyard")


@bp.get("/desk/topics")
@open_to(keeper)
def desk() -> Any:
    """The staff list: proposed topics, words to moderate, flags, appeals, and running topics."""
    viewer = current()
    return render_template(
        "discussions/desk.html",
        waiting=queries.waiting_topics(viewer, request.args.get("waiting", "")),
        words=queries.awaiting_moderation(viewer),
        signs=moderation.signs,
        published=danger.published,
        what_to_do=danger.WHAT_TO_DO,
        running=queries.running_topics(viewer, request.args.get("after", "")),
        hide=HideForm.blank(),
        tone=progress.tone,
        now_and_next=progress.now_and_next,
    )


@bp.route("/desk/topics/new", methods=["GET", "POST"])
@open_to(keeper)
@refills
def begin() -> Any:
    """Create a topic for the community."""
    places = _places()
    form = BeginForm(place=places[0] if places else "")
    begun = attempt(form, lambda: _begun(form))
    if begun:
        return back("discussions.show", ref=begun.ref)
    return render_template("discussions/begin.html", form=form, places=places), form.status


def _begun(form: BeginForm) -> Topic:
    if form.place.data.strip().isdecimal() and len(form.place.data.strip()) < 12:
        raise Invalid({"place": "请写地点的名字，例如：银杏社区/3号院"})
    found = find_place(form.place.data, visible(current(), "place.keep", Place))
    return actions.begin(found, current(), form.submission.data, form.title.data, form.words.data)


def _places() -> list[str]:
    query = select(Place).where(visible(current(), "place.keep", Place), Place.kind.in_(HELD_AT))
    return [place.full_path for place in db.session.scalars(query.order_by(Place.path).limit(100))]


@bp.post("/topics/<ref>/moves/<move>")
@open_to(anyone)
@refills
def move(ref: str, move: str) -> Any:
    """Make any move of the table: staff moves, and an author's withdrawal of a proposal."""
    viewer = current()
    topic, step = queries.find_topic(ref, viewer), LIFE.move(move)
    require(viewer, f"topic.{move}", topic)
    form = move_form(step, choices(step, topic, viewer))().on_page_as(move)
    answers = {ask.name: (form[ask.name].data or "").strip() for ask in step.asks}
    attempt(form, lambda: actions.make_move(topic, move, viewer, answers))
    if form.taken:
        return back("discussions.show", ref=ref)
    refilled = {move: form}
    return topic_page(topic, viewer, refilled, form.status) if viewer.posts else say_page(topic, refilled, form.status)


@bp.post("/topics/<ref>/answer")
@open_to(keeper)
@refills
def answer(ref: str) -> Any:
    topic, form = _kept(ref, "answer"), AnswerForm().on_page_as("answer")
    return _done(topic, "answer", form, lambda: actions.answer_publicly(topic, current(), form.words.data))


@bp.post("/topics/<ref>/tasks")
@open_to(keeper)
@refills
def task(ref: str) -> Any:
    """Assign a task of the decision, with a body and a due date."""
    topic = _kept(ref, "task")
    form = task_form(topic)
    return _done(topic, "task", form, lambda: outcomes.task(topic, current(), **_told(form)))


def _told(form: Any) -> dict[str, Any]:
    due = outcomes.day_end(form.due.data)
    return {
        "submission": form.submission.data, "words": form.words.data, "category": form.category.data,
        "body": form.body.data, "due_at": due,
    }  # fmt: skip


@bp.post("/topics/<ref>/deeds")
@open_to(keeper)
@refills
def deed(ref: str) -> Any:
    topic, form = _kept(ref, "deed"), DeedForm().on_page_as("deed")
    details = (form.title.data, form.words.data, form.done_on.data)
    return _done(topic, "deed", form, lambda: outcomes.record_deed(topic, current(), *details))


@bp.post("/topics/<ref>/tickets")
@open_to(keeper)
def gather(ref: str) -> Any:
    """Bring tickets into the topic. The people concerned by a ticket become followers."""
    topic = _kept(ref, "gather")
    if not request.form.getlist("ticket"):
        raise Refused("请先勾上要转进来的上报")
    with writing():
        locked(topic)  # lock it before the tickets: two concurrent requests would deadlock
        for number in _numbers("ticket")[:100]:
            links.tickets().to_topic(number, current(), str(topic.id))
    return back("discussions.show", ref=ref, _anchor="chain")


def _numbers(name: str) -> list[int]:
    sent = request.form.getlist(name)
    return sorted({int(each) for each in sent if each.isdecimal() and len(each) <= MOST_DIGITS})


@bp.post("/topics/<ref>/<any(statement,reply):noun>/<int:number>/<any(hide,show,uphold,hand_over):step>")
@open_to(keeper)
@refills
def moderate(ref: str, noun: str, number: int, step: str) -> Any:
    """Hide words with a reason, show them, reject an appeal, or make them a private ticket."""
    topic = _kept(ref, "moderate")
    spoken = contributions.found(topic, noun, number)
    if stale_form():
        raise Stale
    if step == "show":
        contributions.show(spoken, current(), request.form.get("public_words", "").strip())
        return _looked_at(ref)
    if step == "hand_over":
        contributions.give_to_workers(spoken, current())
        return _looked_at(ref)
    form = HideForm()
    if not form.ok:
        return topic_page(topic, current(), {"hide": form}, 422)
    act = contributions.hide if step == "hide" else contributions.uphold
    act(spoken, current(), form.reason.data)
    return _looked_at(ref)


def _looked_at(ref: str) -> Any:
    return back("discussions.desk") if request.form.get("back") == "desk" else back("discussions.show", ref=ref)


@bp.post("/topics/<ref>/<any(topic,statement,reply):noun>/<int:number>/who")
@open_to(keeper)
@refills
def who(ref: str, noun: str, number: int) -> Any:
    """Show the person behind a nickname to a moderator of that person's home. Each look-up is recorded."""
    topic = _kept(ref, "moderate")
    form, shown = WhoForm(), {"topic": topic, "noun": noun, "number": number, "name_form": NameForm.blank()}
    if not form.ok:
        return render_template("discussions/who.html", who=None, form=form, **shown), 422
    seen = departure.who(_author(topic, noun, number), current(), form.reason.data)
    return render_template("discussions/who.html", who=seen, form=form, **shown)


@bp.post("/topics/<ref>/<any(topic,statement,reply):noun>/<int:number>/nickname")
@open_to(keeper)
@refills
def take_name(ref: str, noun: str, number: int) -> Any:
    """Remove an offensive nickname, with a reason for its owner."""
    topic, form = _kept(ref, "moderate"), NameForm()
    if not form.ok:
        shown = {"topic": topic, "who": None, "form": WhoForm.blank(), "name_form": form}
        return render_template("discussions/who.html", noun=noun, number=number, **shown), 422
    departure.take_name(_author(topic, noun, number), current(), form.reason.data)
    return back("discussions.show", ref=ref)


def _author(topic: Topic, noun: str, number: int) -> Person:
    return topic.author if noun == "topic" else contributions.found(topic, noun, number).author


@bp.get("/topics/<ref>/record")
@open_to(keeper)
def record(ref: str) -> Any:
    """The full record of a topic: every event with its seal."""
    topic = queries.find_topic(ref, current())
    if not may(current(), "topic.record", topic):
        raise Forbidden
    lines = history("topic", topic.id)
    words = {"done": LIFE.past_tenses, "facts": facts, "broken": broken_at(topic.place.stream)}
    back_to = {"back": url_for("discussions.show", ref=ref), "back_label": "回议题", "heading": topic.title}
    return render_template("shared/record.html", lines=lines, **words, **back_to)


@bp.route("/desk/topics/words", methods=["GET", "POST"])
@open_to(officer)
@refills
def words() -> Any:
    """The watchwords. Words that contain one are held for a staff check."""
    form = WatchwordForm()
    attempt(form, lambda: moderation.keep(current(), form.word.data))
    if form.taken:
        return back("discussions.words")
    rows = db.session.scalars(select(Watchword).order_by(Watchword.id)).all()
    return render_template("discussions/words.html", rows=rows, form=form), form.status


@bp.post("/desk/topics/words/<int:word_id>/drop")
@open_to(officer)
def drop_word(word_id: int) -> Any:
    moderation.drop(current(), word_id)
    return back("discussions.words")


def _kept(ref: str, action: str) -> Topic:
    """The topic, if the viewer may take this action on it."""
    topic = queries.find_topic(ref, current())
    require(current(), f"topic.{action}", topic)
    return topic


def _done(topic: Topic, name: str, form: Form, act: Any) -> Any:
    """Submit a staff form; a refused form keeps its values."""
    attempt(form, act)
    if form.taken:
        return back("discussions.show", ref=topic.ref)
    return topic_page(topic, current(), {name: form}, form.status)
