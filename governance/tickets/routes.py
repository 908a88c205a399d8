"""Resident routes: report, follow, join, nudge and answer. The staff routes are in desk.py."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session, url_for

from governance import links
from governance.core import limits
from governance.core.db import connection, db, find_by, now
from governance.core.errors import Invalid, Missing, SentBefore, Stale, TooMuch
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.core.translation import translate as _
from governance.core.web.acknowledgement import acknowledge, acknowledgement
from governance.core.web.forms import STALE, attempt
from governance.core.web.pages import back, local, problem_json, public_url, wants_json
from governance.core.web.security import refills, stale_form, takes
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import anyone, may
from governance.people.access.viewer import Viewer
from governance.people.access.wechat_redirect import asks_wechat
from governance.people.residents import newcomer_limits
from governance.places.codes import living
from governance.places.landing import PlaceRow, land, on_path
from governance.places.model import full_name_of, nearest_phone
from governance.places.qr import Square
from governance.tickets import assist, guess_limit, photos, progress, publishing, queries
from governance.tickets.available_moves import move_forms
from governance.tickets.forms import AnswerForm, Form, MoreForm, PhotoForm, PublishForm, ReasonForm, ReportForm
from governance.tickets.model import SOLVED, Photo, Ticket
from governance.tickets.reporting import report_page, reports
from governance.tickets.reporting.report_subject import matter
from governance.tickets.responses import answers, feedback
from governance.triage.local_numbers import with_local
from governance.triage.pressing import carried_calls, carry_calls
from governance.triage.sorting import Call, sort

bp = Blueprint("tickets", __name__)
RECEIPTS = 5  # not read yet, kept in the device's cookie
REPORTS_A_DEVICE = "20/hour"
REPORTS_A_PLACE = "200/hour"
VOICES_A_DEVICE = "120/hour"
REOPENED_BY_NEW_DEVICES = "5/day"  # one ticket from one address; after each somebody has to finish it again
CALLS_AFTER_CLOSING = timedelta(days=3)
JOINED, JOINED_BEFORE = _l("记下了：您也遇到。有进展，点“我的”看。"), _l("您已经说过也遇到了，只算一次。")
NUDGED = _l("催了一下，记在这件事上，办事的人看得到。")
NUDGED_BEFORE = _l("您今天已经催过了，一天算一次。明天还没有动静，可以再催。")
SHOWN_IN_MINE = _l("放回“我的”里了。")
ADDED, ADDED_BEFORE = _l("补上了，办事的人看得到。"), _l("这一句刚才已经补上了，不用再补。")
ANSWERED, ANSWERED_NO = _l("记下了居民的回答。"), _l("记下了：没解决。已经转回去重新办，从头计时。")
guess_limit.guard(bp)


@bp.get("/c/<code>/report")
@open_to(anyone)
@asks_wechat
def new(code: str) -> Any:
    return report_page.new_form(code)


@bp.post("/c/<code>/report")
@open_to(anyone)
@refills
@takes(100)
def create(code: str) -> Any:
    place = land(connection(), code).place
    form = ReportForm(place)

    def report(viewer: Viewer) -> str:
        first = reports.ref_of(viewer, form.submission.data, digest_of(form))
        return first or _new_report(viewer, place, form)

    try:
        ref = attempt(form, lambda: as_person(report), first=partial(stage_all, form))
    except SentBefore as trouble:
        trouble.again = url_for("tickets.new", code=code)
        raise
    if ref is None:
        return _report_page(code, form)
    owe_receipt(ref)
    carry_calls(ref, form.told)
    return back("tickets.show", ref=ref)


def _new_report(viewer: Viewer, place: PlaceRow, form: ReportForm) -> str:
    category, there = matter(form.category.data, form.at.data, place)
    if not form.words.data and not photos.staged(viewer, form.submission.data):
        raise Invalid({"words": _l("请说一句，或者拍一张照片")})
    require_room(viewer, place)
    details = form.details() | {"content_digest": digest_of(form)}
    return reports.new_report(there, viewer, category, form.submission.data, **details)


def digest_of(form: ReportForm) -> str:
    """Return a keyed hash of what was filled in, to know a submission that comes again with other content."""
    chosen = {"category": form.category.data, "at": form.at.data}
    return reports.content_digest(form.details() | chosen)


def require_room(viewer: Viewer, place: PlaceRow) -> None:
    """Raises TooMuch for a device, or at a place, with too many reports."""
    if not limits.within_limit(REPORTS_A_DEVICE, "report", str(viewer.person_id)):
        raise TooMuch("您今天报得有点多，写的内容还在。请过一会儿再交；着急请打页面上的电话")
    if not limits.within_limit(REPORTS_A_PLACE, "report.at", str(place.id)):
        raise TooMuch("这里报的人太多了，写的内容还在。请过一会儿再交；着急请打页面上的电话")


def stage_all(form: Form) -> None:
    """Put every photo of a form into quarantine, and take back the one that its button `remove` names.

    Raises Invalid for the first photo that is refused, once the others are kept, and after a removal: the form was
    not handed in.
    """
    if not form["submission"].validate(form):
        return
    refused = [trouble for file in form["photos"].data or () if (trouble := _staged(form, file))]
    if "remove" in request.form and not stale_form():
        photos.remove(current(), form["submission"].data, request.form["remove"])
        raise Invalid({})
    if refused:
        raise refused[0]


def _staged(form: Form, file: Any) -> Invalid | None:
    """Put one photo into quarantine; the refusal, if any."""
    try:
        if file and file.filename:
            as_person(partial(photos.stage, submission=form["submission"].data, file=file))
    except Invalid as trouble:
        return trouble
    return None


def _report_page(code: str, form: ReportForm) -> Any:
    kept = photos.staged(current(), form.submission.data or "")
    return report_page.sent_form(code, form, kept=kept, calls=sort(form.told).calls), form.status


@bp.post("/c/<code>/photos")
@open_to(anyone)
@takes(20)
def stage_photo(code: str) -> Any:
    """Stage one photo before the report. Returns JSON for the page's script."""
    living(code)
    form = PhotoForm()
    if not form.ok:
        return problem_json(422, _("照片没收到"), _("没有收到照片"), {"photo": _("没有收到照片")})
    viewer = current()
    limits.require("120/hour", "photo", str(viewer.person_id or request.remote_addr))
    try:
        photo = as_person(lambda viewer: photos.stage(viewer, form.submission.data, form.photo.data[0]))
    except Invalid as trouble:
        return problem_json(422, _("这张没传上"), trouble.words, {"photo": trouble.words})
    return {"photo": photo.key}, 201


@bp.post("/c/<code>/photos/<key>/remove")
@open_to(anyone)
@refills
@takes(100)
def remove_photo(code: str, key: str) -> Any:
    """Remove a staged photo. Returns the refilled report form, or JSON for the page's script."""
    form = ReportForm(land(connection(), code).place)
    if stale_form():
        if wants_json():
            raise Stale
        form.form_errors.append(STALE)
        return _report_page(code, form)
    try:
        stage_all(form)
    except Invalid as trouble:
        form.refuse(trouble)
    photos.remove(current(), form.submission.data or "", key)
    return {"removed": key} if wants_json() else _report_page(code, form)[0]


@bp.post("/t/<ref>/photos")
@open_to(anyone)
@takes(20)
def follow_photo(ref: str) -> Any:
    """Take one photo that the page's script sends after the words."""
    ticket, form = queries.find_ticket(ref, current()), PhotoForm()
    if not form.ok:
        raise Invalid({"photo": _l("没有收到照片")})
    limits.require("120/hour", "photo", str(current().person_id or request.remote_addr))
    photo = as_person(lambda viewer: photos.follow(ticket, viewer, form.submission.data, form.photo.data[0]))
    return {"photo": photo.key}, 201


@bp.get("/t/<ref>")
@open_to(anyone)
def show(ref: str) -> Any:
    given = request.args.get("k")
    if given:
        return _become_reporter(ref, given)
    return ticket_page(queries.find_ticket(ref, current()))


def _become_reporter(ref: str, secret: str) -> Any:
    ticket = find_by(Ticket, ref=ref)
    if ticket is None or not assist.is_reporter_secret(ticket, secret):
        raise Missing("这个链接不对，或者已经没用了")
    as_person(lambda viewer: assist.become_reporter(ticket, viewer))
    return back("tickets.show", ref=ref)


def ticket_page(ticket: Ticket, forms: dict[str, Form] | None = None, status: int = 200, refusal: str = "") -> Any:
    """Render the page of one ticket, with a form for each move open to the viewer. `forms` are shown refilled."""
    viewer, forms, above = current(), forms or {}, on_path(connection(), ticket.place.path)
    may_give = feedback.open_to(ticket, viewer)
    mine, just_reported = may(viewer, "ticket.withdraw", ticket), _just_reported(ticket)
    given = answers.own_answer(ticket, viewer)
    asked = may_give["asks_answer"] and not may_give["may_call_back"] and given is None
    page = render_template(
        "tickets/show.html",
        ticket=ticket,
        refusal=refusal,
        place=ticket.place,
        title=progress.title_for(ticket, viewer),
        words=progress.words_for(ticket, viewer),
        now_and_next=progress.now_and_next(ticket, asked, viewer),
        steps=progress.steps(ticket, viewer),
        sources=links.sources("ticket", ticket.id, viewer),
        outcomes=links.outcomes("ticket", ticket.id, viewer),
        tone=progress.tone(ticket),
        ago=progress.ago(ticket),
        mine=mine,
        can=lambda action: may(viewer, f"ticket.{action}", ticket),
        moves=move_forms(ticket, viewer, forms),
        more=forms.get("more") or (may_give["may_more"] and MoreForm.blank().on_page_as("more")),
        answer=forms.get("answer")
        or ((may_give["asks_answer"] or may_give["may_still"]) and AnswerForm.blank().on_page_as("answer")),
        publish=forms.get("publish") or (may(viewer, "ticket.publish", ticket) and _publish_form(ticket)),
        sending=forms.get("sending")
        or (may(viewer, "ticket.send_contact", ticket) and ReasonForm.blank().on_page_as("sending")),
        kept=lambda form: photos.staged(viewer, form.submission.data),
        given=given,
        photo_again=photos.to_send_again(viewer).get(ticket.id),
        said=SOLVED[given.solved] if given else "",
        link=public_url("tickets.show", ref=ticket.ref, k=assist.reporter_secret(ticket)) if mine else "",
        just_reported=just_reported,
        done=acknowledgement(ticket.ref),
        in_mine=ticket.private and feedback.is_in_mine(ticket, viewer),
        calls=_calls(ticket, mine),
        elsewhere=with_local(sort(ticket.words).elsewhere) if just_reported else (),
        place_name=full_name_of(above),
        phone=nearest_phone(above),
        **may_give,
    )
    return page, status


def owe_receipt(ref: str) -> None:
    """The first page of this ticket says that it arrived. An outbox may send several before one is opened."""
    session["receipts"] = [*session.get("receipts", ())[1 - RECEIPTS :], ref]


def _just_reported(ticket: Ticket) -> bool:
    owed = session.get("receipts", ())
    if ticket.ref not in owed:
        return False
    session["receipts"] = [ref for ref in owed if ref != ticket.ref]
    return True


def _calls(ticket: Ticket, mine: bool) -> tuple[Call, ...]:
    """Return the emergency calls for the words just sent, else for the reporter of an urgent ticket till days after."""
    lasts = mine and ticket.urgent and (ticket.closed_at is None or now() - ticket.closed_at < CALLS_AFTER_CLOSING)
    return carried_calls(ticket.ref) or (sort(ticket.told).calls if lasts else ())


def _publish_form(ticket: Ticket) -> Form:
    """Fill the form with the current settings; `seen` lists the photos on this page."""
    photos_here = publishing.publishable(ticket)
    now_shown = {
        "hide_words": ticket.words_hidden,
        "let_out": [photo.key for photo in photos_here if photo.let_out],
        "seen": ",".join(photo.key for photo in photos_here),
        "public_words": ticket.said_publicly,
    }
    return PublishForm.blank(data=now_shown).on_page_as("publish")


@bp.post("/t/<ref>/join")
@open_to(anyone)
def join(ref: str) -> Any:
    return _counted(ref, "join", feedback.join, (JOINED, JOINED_BEFORE))


@bp.post("/t/<ref>/nudge")
@open_to(anyone)
def nudge(ref: str) -> Any:
    return _counted(ref, "nudge", feedback.nudge, (NUDGED, NUDGED_BEFORE))


def _counted(ref: str, deed: str, voice: Callable[[Ticket, Viewer], bool], lines: tuple[AnyText, AnyText]) -> Any:
    """Count a join or a nudge, and say so: the first of `lines` when it was counted, the second when it was before.

    A refusal for too many appears on the ticket's page, beside the phone number.
    """

    def count(viewer: Viewer) -> bool:
        ticket = queries.find_ticket(ref, viewer)
        if may(viewer, f"ticket.{deed}", ticket) and not feedback.has_said(deed, ticket, viewer):
            newcomer_limits.require_room(deed, ticket.id, viewer)
        return voice(ticket, viewer)

    try:
        _voice_limit()
        acknowledge(ref, lines[0] if as_person(count) else lines[1])
    except TooMuch as trouble:
        return ticket_page(queries.find_ticket(ref, current()), status=429, refusal=trouble.words)
    return back("tickets.show", ref=ref)


@bp.post("/t/<ref>/mine")
@open_to(anyone)
def mine(ref: str) -> Any:
    """Take a followed ticket off the page 我的, or put it back."""
    ticket, shown = queries.find_ticket(ref, current()), request.form.get("shown") == "yes"
    as_person(lambda viewer: feedback.show_in_mine(ticket, viewer, shown))
    acknowledge(ref, SHOWN_IN_MINE if shown else _l("这件事不在“我的”里了。想再看，记住编号 %(n)s。", n=ticket.number))
    return back("tickets.show", ref=ref)


@bp.post("/t/<ref>/more")
@open_to(anyone)
@refills
@takes(100)
def more(ref: str) -> Any:
    ticket, form = queries.find_ticket(ref, current()), MoreForm().on_page_as("more")

    def add() -> None:
        _voice_limit()
        if not form.words.data and not photos.staged(current(), form.submission.data):
            raise Invalid({"words": _l("请说一句，或者拍一张照片")})
        added = as_person(lambda viewer: feedback.more(ticket, viewer, form.words.data, form.submission.data))
        acknowledge(ref, ADDED if added else ADDED_BEFORE)
        carry_calls(ref, form.words.data or "")

    attempt(form, add, first=partial(stage_all, form))
    return back("tickets.show", ref=ref) if form.taken else ticket_page(ticket, {"more": form}, form.status)


@bp.post("/t/<ref>/answer")
@open_to(anyone)
@refills
def answer(ref: str) -> Any:
    ticket, form = queries.find_ticket(ref, current()), AnswerForm().on_page_as("answer")

    def give() -> None:
        _voice_limit()
        said = (form.solved.data, int(form.satisfied.data) if form.satisfied.data else None, form.words.data)
        asked_in = int(form.asked_in.data) if (form.asked_in.data or "").isdecimal() else None
        about = {"asked_in": asked_in, "submission": form.submission.data or ""}
        as_person(lambda viewer: _answer(ticket, viewer, said, about))
        if said[0] == "no" or current().posts:  # else the page itself says what the viewer answered
            acknowledge(ref, ANSWERED_NO if said[0] == "no" else ANSWERED)
        carry_calls(ref, form.words.data or "")

    attempt(form, give)
    return back("tickets.show", ref=ref) if form.taken else ticket_page(ticket, {"answer": form}, form.status)


def _answer(ticket: Ticket, viewer: Viewer, said: answers.Said, about: dict[str, Any]) -> None:
    """Save the viewer's own answer, 我也遇到，还没好, or the reporter's phone answer that staff write down."""
    if may(viewer, "ticket.answer", ticket):
        answers.give_feedback(ticket, viewer, *said, **about)
    elif said[0] == "no" and may(viewer, "ticket.still", ticket):
        newcomer_limits.require_room("still", ticket.id, viewer, REOPENED_BY_NEW_DEVICES)
        answers.say_still_met(ticket, viewer, said[2], **about)
    else:
        answers.call_back(ticket, viewer, *said)


def _voice_limit() -> None:
    limits.require(VOICES_A_DEVICE, "voice", str(current().person_id or request.remote_addr))


@bp.get("/t/<ref>/photos/<key>-<any(full,thumb):size>.jpg")
@open_to(anyone)
def photo(ref: str, key: str, size: str) -> Any:
    """Serve a cleaned photo to a permitted viewer. No route serves the original."""
    ticket = queries.find_ticket(ref, current())
    found = find_by(Photo, key=key, ticket_id=ticket.id, state="clean")
    action = "ticket.photos" if found is not None and found.let_out else "ticket.original"
    if found is None or not may(current(), action, ticket):
        raise Missing
    answer = Response(photos.picture(found, size), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


@bp.route("/s/<slip>", methods=["GET", "POST"])
@open_to(anyone)
def slip(slip: str) -> Any:
    """Show an assisted report by its slip; POST undoes the report."""
    found = assist.find_slip(slip)
    if found is None:
        raise Missing("这张凭条不对，请打社区电话问问")
    if request.method == "POST":
        assist.undo(found)
        return redirect(request.path, 303)
    ticket = db.session.get_one(Ticket, found.ticket_id)
    link = public_url("tickets.show", ref=ticket.ref, k=assist.reporter_secret(ticket))
    can_undo = "withdraw" in {move.name for move in ticket.next_moves()}
    now_next = progress.now_and_next(ticket)
    return render_template(
        "tickets/slip.html",
        calls=carried_calls(slip),
        elsewhere=with_local(sort(ticket.words).elsewhere),
        ticket=ticket,
        slip=found,
        link=link,
        written_at=f"{local(found.at):%Y-%m-%d %H:%M}",  # a printed slip needs the absolute time
        qr=Square(public_url("tickets.slip", slip=slip)).proven(),
        phone=ticket.place.contact_phone(),
        can_undo=can_undo,
        now_and_next=now_next,
    )
