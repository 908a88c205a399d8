"""Routes for a person's own part in a topic: voices, statements, replies, follows, reviews, flags, appeals."""

from typing import Any

from flask import render_template, request, url_for

from governance.core import limits
from governance.core.errors import Invalid, Missing, Refused, SentBefore, TooMuch
from governance.core.translation import LazyText as _l
from governance.core.translation import translate as _
from governance.core.web.acknowledgement import acknowledge, acknowledgement
from governance.core.web.forms import Form, attempt
from governance.core.web.pages import back, wants_json
from governance.core.web.security import known_device, refills
from governance.discussions import actions, contributions, outcomes, progress, queries
from governance.discussions import lifecycle as life
from governance.discussions.available_moves import move_forms
from governance.discussions.forms import AppealForm, FlagForm, ReplyForm, ReviewForm, StatementForm
from governance.discussions.model import SAID, SHOWN, VOICES, Spoken, Statement, Topic, follows
from governance.discussions.routes import IN_GOOD_HANDS, MOST_DIGITS, bp
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import anyone, may
from governance.people.access.viewer import Viewer
from governance.people.access.wechat_redirect import asks_wechat
from governance.people.residents import newcomer_limits
from governance.triage.pressing import carried_calls, carry_calls
from governance.triage.sorting import Call, sort

VOICES_A_DEVICE = "600/hour"
WORDS_A_PERSON = "30/hour"
WORDS_IN_A_TOPIC = "10/day"
FLAGS_A_DEVICE = "20/hour"
SPOKEN, LOOKED_AT_FIRST = _l("说出来了，大家都能看到。"), _l("收到了。社区先看一下，再公开。")
NEW_FROM_AN_ADDRESS = "120/day"  # new devices in one topic, enough for two buildings behind one address


@bp.get("/topics/<ref>/say")
@open_to(anyone)
def say(ref: str) -> Any:
    """我来说: the next statement to vote on, and the person's own contributions."""
    topic = queries.find_topic(ref, current())
    actions.see(topic, current())
    return say_page(topic)


def say_page(topic: Topic, forms: dict[str, Form] | None = None, status: int = 200) -> Any:
    viewer, forms = current(), forms or {}
    speaking, asks_review = topic.state in life.SPOKEN_IN, outcomes.is_asked(topic)
    mine = queries.mine(topic, viewer)
    statement = queries.next_statement(topic, viewer) if speaking else None
    page = render_template(
        "discussions/say.html",
        calls=carried_calls(topic.ref),
        topic=topic,
        place=topic.place,
        tone=progress.tone(topic),
        now_and_next=progress.now_and_next(topic, asks_review),
        statement=statement,
        about=_about(topic, viewer, statement) if statement else "",
        answered=queries.answered(topic, viewer),
        said=SAID,
        mine=mine,
        has_spoken=any(spoken.noun == "statement" for spoken in mine),
        flagged=queries.flagged(topic, viewer),
        follows=follows(topic, viewer.person_id) is not None,
        speaking=speaking,
        replying=topic.state in life.REPLIED_IN,
        asks_review=asks_review,
        reviewed=queries.reviewed(topic, viewer),
        done=acknowledgement(topic.ref),
        review_form=forms.get("review") or ReviewForm.blank().on_page_as("review"),
        appeal_form=forms.get("appeal") or AppealForm.blank().on_page_as("appeal"),
        moves=move_forms(topic, viewer, forms) if not viewer.posts else [],
    )
    return page, status


def _about(topic: Topic, viewer: Viewer, statement: Statement) -> str:
    """Who said it, and which of how many it is for this person."""
    author = _("转自群聊") if statement.from_group else _("社区") if statement.official else statement.author.nickname
    given = queries.count_answered(topic, viewer)
    return _(
        "%(who)s · 第 %(n)s 条，共 %(all)s 条",
        who=author or _("居民"),
        n=given + 1,
        all=given + queries.left(topic, viewer),
    )


@bp.get("/topics/<ref>/write")
@open_to(anyone)
@asks_wechat
def write(ref: str) -> Any:
    """Writing has its own page, so a voice given meanwhile does not discard a draft."""
    return write_page(queries.find_topic(ref, current()))


def write_page(topic: Topic, forms: dict[str, Form] | None = None, status: int = 200) -> Any:
    forms = forms or {}
    to = _replied_to(topic, forms.get("reply"))
    page = render_template(
        "discussions/write.html",
        calls=_calls(forms),
        topic=topic,
        place=topic.place,
        to=to,
        speaking=topic.state in life.SPOKEN_IN,
        replying=topic.state in life.REPLIED_IN,
        say_form=forms.get("say") or StatementForm.blank().on_page_as("say"),
        reply_form=forms.get("reply") or _reply_to(to),
    )
    return page, status


def _calls(forms: dict[str, Form]) -> tuple[Call, ...]:
    """The phone numbers to show for words in refused forms."""
    written = "\n".join(form["words"].data or "" for form in forms.values())
    return sort(written).calls


def _replied_to(topic: Topic, sent: Form | None) -> Spoken | None:
    """The words being replied to: from the submitted form, else from the query string."""
    noun, number = (sent["noun"].data, sent["to"].data) if sent else (request.args.get("noun"), request.args.get("to"))
    if not noun or not (number or "").isdecimal() or len(number or "") > MOST_DIGITS:
        return None
    return contributions.found(topic, noun, int(number or 0))


def _reply_to(to: Spoken | None) -> ReplyForm:
    facts = {"noun": to.noun, "to": str(to.id)} if to else {}
    return ReplyForm.blank(**facts).on_page_as("reply")


@bp.post("/topics/<ref>/statements")
@open_to(anyone)
@refills
def state(ref: str) -> Any:
    """Add one statement."""
    topic, form = queries.find_topic(ref, current()), StatementForm().on_page_as("say")
    details = (form.submission.data, form.words.data)
    return _spoken(topic, "say", form, lambda viewer: contributions.say(topic, viewer, *details))


@bp.post("/topics/<ref>/replies")
@open_to(anyone)
@refills
def reply(ref: str) -> Any:
    topic, form = queries.find_topic(ref, current()), ReplyForm().on_page_as("reply")
    to = _replied_to(topic, form)
    details = (form.submission.data, form.words.data, to)
    return _spoken(topic, "reply", form, lambda viewer: contributions.reply(topic, viewer, *details))


def _spoken(topic: Topic, name: str, form: Form, act: Any) -> Any:
    """Accept public words from a known person or staff, within the limits. A refused form keeps its text."""
    viewer, spoken = current(), None

    def say() -> Spoken:
        _within_limits(topic, viewer)
        said: Spoken = as_person(act)
        return said

    if may(viewer, "topic.say", topic):
        try:
            spoken = attempt(form, say)
        except SentBefore:
            raise
        except Refused as trouble:  # the topic changed its state while they were writing
            form.refuse(trouble)
    else:
        form.refuse(Invalid({"words": "发言前，请社区认识您一次；您写的都还在"}))
    if spoken is not None:
        carry_calls(topic.ref, form["words"].data or "")
        acknowledge(topic.ref, IN_GOOD_HANDS if spoken.urgent else LOOKED_AT_FIRST if spoken.is_waiting else SPOKEN)
        return back("discussions.say", ref=topic.ref, _anchor="mine")
    return write_page(topic, {name: form}, form.status)


def _within_limits(topic: Topic, viewer: Viewer) -> None:
    """Limit one person's contributions to a topic; staff have only the hourly limit."""
    limits.require(WORDS_A_PERSON, "words", str(viewer.staff_id or viewer.person_id))
    if not viewer.posts and not limits.within_limit(WORDS_IN_A_TOPIC, "words.in", str(topic.id), str(viewer.person_id)):
        raise TooMuch("今天在这个议题里说得够多了，留些地方给邻居；明天可以再说")


@bp.post("/topics/<ref>/statements/<int:number>/voice")
@open_to(anyone)
def voice(ref: str, number: int) -> Any:
    """Agree, disagree or pass; then show the next statement, to the page's script as JSON (no `words`: none left)."""
    given = request.form.get("answer", "")
    if given not in VOICES:
        raise Invalid({"answer": "请点同意、不同意或不好说"})
    _device_limit(VOICES_A_DEVICE, "voice")
    topic = queries.find_topic(ref, current())
    statement: Any = contributions.found(topic, "statement", number)
    as_person(lambda viewer: _voiced(statement, viewer, VOICES[given]))
    if wants_json():
        return _next(topic)
    acknowledge(ref, _l("记下了：%(answer)s。可以改，最后一次为准。", answer=SAID[VOICES[given]]))
    return back("discussions.say", ref=ref)


def _next(topic: Topic) -> dict[str, str]:
    viewer = current()
    following = queries.next_statement(topic, viewer)
    if following is None:
        return {"words": ""}
    action = url_for("discussions.voice", ref=topic.ref, number=following.id)
    return {"words": following.words, "about": _about(topic, viewer, following), "action": action}


def _voiced(statement: Any, viewer: Viewer, side: int) -> None:
    """Limit the new devices of an address at their first voice in a topic, because cookies are easily replaced."""
    if not queries.has_answered(statement.topic_id, viewer):
        newcomer_limits.require_room("voice", statement.topic_id, viewer, NEW_FROM_AN_ADDRESS)
    contributions.voice(statement, viewer, side)


@bp.post("/topics/<ref>/follow")
@open_to(anyone)
def follow(ref: str) -> Any:
    """Follow or unfollow."""
    topic = queries.find_topic(ref, current())
    change = actions.unfollow if request.form.get("follow") == "no" else actions.follow
    as_person(lambda viewer: change(topic, viewer))
    gone = _l("不再关注了，进展不再出现在“我的”里。")
    acknowledge(ref, gone if change is actions.unfollow else _l("关注了，有进展在“我的”里看。"))
    return back("discussions.say", ref=ref)


@bp.post("/topics/<ref>/review")
@open_to(anyone)
@refills
def review(ref: str) -> Any:
    """Review how the decision was carried out."""
    topic, form = queries.find_topic(ref, current()), ReviewForm().on_page_as("review")
    _device_limit(FLAGS_A_DEVICE, "review")
    if not form.ok:
        return say_page(topic, {"review": form}, 422)
    as_person(lambda viewer: outcomes.review(topic, viewer, form.well.data, form.words.data))
    carry_calls(topic.ref, form.words.data or "")
    acknowledge(ref, _l("记下了，谢谢您。"))
    return back("discussions.say", ref=ref)


@bp.route("/topics/<ref>/<any(statement,reply):noun>/<int:number>/flag", methods=["GET", "POST"])
@open_to(anyone)
@refills
def flag(ref: str, noun: str, number: int) -> Any:
    """举报: flag words with a reason, for a staff check."""
    topic, form = queries.find_topic(ref, current()), FlagForm()
    spoken = contributions.found(topic, noun, number)
    if spoken.state != SHOWN:
        raise Missing
    if not form.ok:
        status = 422 if request.method == "POST" else 200
        return render_template("discussions/flag.html", topic=topic, spoken=spoken, form=form), status
    _device_limit(FLAGS_A_DEVICE, "flag")
    as_person(lambda viewer: contributions.flag(spoken, viewer, form.words.data))
    carry_calls(topic.ref, form.words.data or "")
    acknowledge(ref, _l("收到了，社区的人会看。合适就留着，不合适会收起来。"))
    return back("discussions.say", ref=ref)


@bp.post("/topics/<ref>/<any(statement,reply):noun>/<int:number>/appeal")
@open_to(anyone)
@refills
def appeal(ref: str, noun: str, number: int) -> Any:
    """Appeal against the hiding of one's own words."""
    topic, form = queries.find_topic(ref, current()), AppealForm().on_page_as("appeal")
    spoken = contributions.found(topic, noun, number)
    if not form.ok:
        return say_page(topic, {"appeal": form}, 422)
    as_person(lambda viewer: contributions.appeal(spoken, viewer, form.words.data))
    carry_calls(topic.ref, form.words.data or "")
    acknowledge(ref, _l("收到您的申诉，会有人再看一遍。"))
    return back("discussions.say", ref=ref, _anchor="mine")


def _device_limit(limit: str, name: str) -> None:
    """Limit by person, else by device cookie, else by address: a whole building may share one address."""
    limits.require(limit, name, str(current().person_id or known_device() or request.remote_addr))
