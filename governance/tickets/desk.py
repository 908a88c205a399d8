"""Staff routes: the desk, the work at one place, moves, assisted reports, publishing and the record."""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from governance.core.db import connection, db, find_by, writing
from governance.core.errors import Forbidden, Invalid, Missing
from governance.core.events import broken_at, history
from governance.core.translation import LazyText as _l
from governance.core.web.acknowledgement import acknowledge, acknowledgement
from governance.core.web.forms import attempt
from governance.core.web.pages import back, inside
from governance.core.web.security import refills, takes
from governance.people.access.current import current, open_to
from governance.people.access.permissions import anyone, handler_role, may, office_role, require
from governance.people.access.viewer import Viewer
from governance.places.codes import living
from governance.places.landing import PlaceRow, near
from governance.places.model import Code, Place
from governance.tickets import actions, assist, guess_limit, photos, progress, proof_of_place, queries
from governance.tickets.available_moves import choices, needs_before_finish, one_tap
from governance.tickets.categories import active, first_and_more
from governance.tickets.forms import GRID, AssistForm, CoverForm, PublishForm, ReasonForm, move_form
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import Photo, Ticket
from governance.tickets.record import record_event
from governance.tickets.record_words import facts
from governance.tickets.reporting import report_page
from governance.tickets.responses import appeals, feedback
from governance.tickets.routes import digest_of, stage_all, ticket_page
from governance.triage.pressing import carry_calls
from governance.triage.sorting import sort

bp = Blueprint("desk", __name__)
DESK = "desk"  # lines for the list of tickets and the work at one place
guess_limit.guard(bp)


@bp.get("/desk")
@open_to(handler_role)
def home() -> Any:
    viewer, tab = current(), request.args.get("tab", "new")
    found = queries.tab(viewer, tab, request.args.get("after", ""))
    counts = {name: queries.count(viewer, name) for name in ("new", "mine", "due", "late")}
    return render_template("tickets/desk.html", page=found, tab=tab, tabs=queries.TABS, counts=counts, **_cards())


def _cards() -> dict[str, Any]:
    """Return the template variables of a page of ticket cards."""
    viewer = current()
    return {
        "tone": progress.tone,
        "done": acknowledgement(DESK),
        "title_for": lambda ticket: progress.title_for(ticket, viewer),
        "quick": lambda ticket: one_tap(ticket, viewer),
        "fresh": lambda: str(uuid.uuid4()),
    }


@bp.get("/desk/at/<code>")
@open_to(handler_role)
def at(code: str) -> Any:
    """Show the work at the place of the scanned code."""
    viewer, found = current(), living(code)
    tickets = queries.work_here(viewer, found.place)
    may_report = may(viewer, "ticket.assist", found.place)
    return render_template(
        "tickets/at.html",
        code=found,
        place=found.place,
        tickets=tickets,
        may_report=may_report,
        arrived=proof_of_place.is_here(viewer, found.place),
        **_cards(),
    )


@bp.route("/desk/at/<code>/report", methods=["GET", "POST"])
@open_to(office_role)
@refills
@takes(100)
def report_for(code: str) -> Any:
    """替人报: report for a resident and show the slip to hand over."""
    found, viewer = living(code), current()
    require(viewer, "ticket.assist", found.place)
    form, kinds = AssistForm(found.place), first_and_more(active())
    places: list[Place | PlaceRow] = [found.place, *near(connection(), found.place)]
    form.offer([*kinds[0], *kinds[1]], places)
    slip = attempt(form, lambda: _reported_for(found, form), first=partial(stage_all, form))
    if slip:
        carry_calls(slip, form.told)
        return back("tickets.slip", slip=slip)
    kept = photos.staged(viewer, form.submission.data) if request.method == "POST" else []
    page = render_template(
        "tickets/report_for.html",
        code=found,
        place=found.place,
        form=form,
        kept=kept,
        at=report_page.place_field(places, form.at.data),
        kinds=kinds,
        calls=sort(form.words.data or "").calls if request.method == "POST" else (),
    )
    return page, form.status


def _reported_for(found: Code, form: AssistForm) -> str:
    """Return the slip's secret. A repeated submission returns the slip of the first one."""
    digest = digest_of(form)
    slip = assist.assisted(current(), form.submission.data, digest)
    if slip:
        return slip
    category = queries.category(form.category.data)
    if category is None or (not form.words.data and not photos.staged(current(), form.submission.data)):
        raise Invalid({"words": _l("请说一句，或者拍一张照片")})
    place = db.session.get_one(Place, int(form.at.data))  # validated against the offered places
    details = form.details() | {"content_digest": digest}
    _ticket, secret = assist.assist(place, current(), category, form.submission.data, **details)
    return secret


@bp.post("/t/<ref>/moves/<move>")
@open_to(anyone)
@refills
@takes(100)
def move(ref: str, move: str) -> Any:
    """Make one move of the lifecycle. Staff use it, and reporters use it to withdraw."""
    viewer = current()
    ticket, step = queries.find_ticket(ref, viewer), LIFE.move(move)
    if step.tells and appeals.was_said(ticket, viewer, request.form.get("note", "").strip()):
        return back("tickets.show", ref=ref)
    require(viewer, f"ticket.{move}", ticket)
    if move == "withdraw" and sort(request.form.get("note", "")).urgent:
        return _keep_with(ticket, viewer)
    form = move_form(step, choices(step, ticket, viewer))().on_page_as(move)

    def make_move() -> None:
        if step.brings_photos:
            needs_before_finish(ticket, viewer, form)
        answers = {ask.name: (form[ask.name].data or "").strip() for ask in step.asks}
        actions.make_move(ticket, move, viewer, answers | form.published(), form.submission.data)

    attempt(form, make_move, first=partial(stage_all, form))
    if not form.taken:
        return ticket_page(ticket, {move: form}, form.status)
    if step.tells:
        carry_calls(ref, form.note.data or "")
    way_back = inside(request.form.get("back"))
    line = step.tells or _l("%(number)s：%(done)s", number=ticket.number, done=progress.latest(ticket, move))
    acknowledge(DESK if way_back else ref, line)
    return redirect(way_back or url_for("tickets.show", ref=ref), 303)


def _keep_with(ticket: Ticket, viewer: Viewer) -> Any:
    """Somebody withdraws with words of danger: the words are added instead, so that the ticket stays and is seen."""
    note = request.form.get("note", "").strip()[:500]
    with writing():
        feedback.more(ticket, viewer, note, str(uuid.uuid4()))
    carry_calls(ticket.ref, note)
    acknowledge(ticket.ref, _l("听到您说的了，先没有撤回：办事的人马上看。"))
    return back("tickets.show", ref=ticket.ref)


@bp.post("/t/<ref>/public")
@open_to(handler_role)
@refills
def publish(ref: str) -> Any:
    """Hide or show words and photos, or change the public wording."""
    viewer = current()
    ticket, form = queries.find_ticket(ref, viewer), PublishForm().on_page_as("publish")
    require(viewer, "ticket.publish", ticket)
    attempt(form, lambda: actions.publish(ticket, viewer, form.reason.data, **form.chosen()))
    return back("tickets.show", ref=ref) if form.taken else ticket_page(ticket, {"publish": form}, form.status)


@bp.route("/t/<ref>/photos/<key>/cover", methods=["GET", "POST"])
@open_to(office_role)
@refills
def cover(ref: str, key: str) -> Any:
    """Black out parts of a photo, by a grid of ticks or by boxes that the page's script draws."""
    viewer = current()
    ticket, form = queries.find_ticket(ref, viewer), CoverForm()
    require(viewer, "ticket.cover", ticket)
    found = find_by(Photo, key=key, ticket_id=ticket.id, state="clean")
    if found is None:
        raise Missing
    attempt(form, lambda: photos.cover(ticket, viewer, key, form.chosen(), form.reason.data))
    if form.taken:
        return back("tickets.show", ref=ref)
    return render_template("tickets/cover.html", ticket=ticket, photo=found, form=form, side=GRID), form.status


@bp.post("/t/<ref>/contact/body")
@open_to(office_role)
@refills
def send_contact(ref: str) -> Any:
    """Let the body see the reporter's contact, or, without `send`, no longer."""
    viewer = current()
    ticket, form = queries.find_ticket(ref, viewer), ReasonForm().on_page_as("sending")
    require(viewer, "ticket.send_contact", ticket)
    send = bool(request.form.get("send"))
    attempt(form, lambda: actions.send_contact(ticket, viewer, form.reason.data, send=send))
    return back("tickets.show", ref=ref) if form.taken else ticket_page(ticket, {"sending": form}, form.status)


@bp.post("/t/<ref>/contact")
@open_to(handler_role)
def contact(ref: str) -> Any:
    """Show the reporter's full contact once, and record the access."""
    viewer = current()
    ticket = queries.find_ticket(ref, viewer)
    require(viewer, "ticket.contact", ticket)
    with writing():
        record_event(ticket, "contact", viewer)
    g.show_contact = True
    return ticket_page(ticket)


@bp.get("/t/<ref>/record")
@open_to(handler_role)
def record(ref: str) -> Any:
    """Show all events of a ticket, each with its seal."""
    viewer = current()
    ticket = queries.find_ticket(ref, viewer)
    if not may(viewer, "ticket.record", ticket):
        raise Forbidden
    lines = history("ticket", ticket.id)
    words = {"done": LIFE.past_tenses, "facts": facts, "broken": broken_at(ticket.place.stream)}
    back_to = {"back": url_for("tickets.show", ref=ref), "back_label": _l("回工单"), "heading": ticket.number}
    return render_template("shared/record.html", lines=lines, **words, **back_to)
