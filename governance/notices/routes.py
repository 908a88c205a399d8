"""Routes of notices: draft, preview, approval, sending, stopping; the report; the public page."""

from typing import Any

from flask import Blueprint, render_template, request

from governance.core.events import history
from governance.core.lifecycle import Reader
from governance.core.sheets import csv_answer
from governance.core.web.forms import Form, attempt
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.notices import actions, queries, telling
from governance.notices import progress as progressing
from governance.notices.approvers import approvers
from governance.notices.forms import NoticeForm, move_form
from governance.notices.lifecycle import LIFE
from governance.notices.model import Notice
from governance.notices.reach import needs_second, reach
from governance.people.access.areas import area_names
from governance.people.access.current import current, open_to
from governance.people.access.permissions import anyone, keeper, may, require, visible
from governance.places.finding import find_place
from governance.places.model import Place
from governance.relay.model import ONLY_ANSWERS

bp = Blueprint("notices", __name__)


@bp.get("/keep/notices")
@open_to(keeper)
def index() -> Any:
    viewer = current()
    found = queries.kept(viewer, request.args.get("after", ""))
    return render_template("notices/index.html", page=found, asked=queries.to_approve(viewer))


@bp.route("/keep/notices/new", methods=["GET", "POST"])
@open_to(keeper)
@refills
def new() -> Any:
    form = NoticeForm()
    made = attempt(form, lambda: actions.write(_place(form), current(), form.submission.data, **form.details()))
    if made:
        return back("notices.show", notice_id=made.id)
    return _form_page(form, None)


@bp.route("/keep/notices/<int:notice_id>/change", methods=["GET", "POST"])
@open_to(keeper)
@refills
def change(notice_id: int) -> Any:
    notice = queries.one(current(), notice_id)
    require(current(), "notice.change", notice)
    details = {name: getattr(notice, name) for name in actions.TOLD_BY}
    form = NoticeForm(data={**details, "place": notice.place.full_path})
    if attempt(form, lambda: actions.change(notice, current(), _place(form), **form.details())):
        return back("notices.show", notice_id=notice.id)
    return _form_page(form, notice)


def _form_page(form: NoticeForm, notice: Notice | None) -> Any:
    page = render_template("notices/form.html", form=form, notice=notice, areas=area_names(current()))
    return page, form.status


def _place(form: NoticeForm) -> Place:
    return find_place(form.place.data, visible(current(), "notice.write", Place))


@bp.get("/keep/notices/<int:notice_id>")
@open_to(keeper)
def show(notice_id: int) -> Any:
    return _page(queries.one(current(), notice_id))


def _page(notice: Notice, forms: dict[str, Form] | None = None, status: int = 200) -> Any:
    viewer, forms = current(), forms or {}
    second = not notice.is_out and needs_second(notice)
    offered = [move for move in notice.next_moves() if may(viewer, f"notice.{move.name}", notice)]
    shown = [move for move in offered if move.with_second in (None, second)]
    moves = [(one, forms.get(one.name) or move_form(one).blank().on_page_as(one.name)) for one in shown]
    mine = notice.author_id == viewer.staff_id and (second or notice.waits)
    page = render_template(
        "notices/show.html",
        notice=notice,
        second=second,
        approvers=approvers(notice) if mine else None,
        moves=moves,
        previews=telling.preview(notice),
        reach=None if notice.is_out else reach(notice.place, notice.audiences, notice.urgent),
        progress=progressing.progress(notice) if notice.event_id else None,
        only_answers=ONLY_ANSWERS,
        acting=request.args.get("do", "") or next(iter(forms), ""),
        lines=history("notice", notice.id),
        record=LIFE.lines,
        reader=Reader.IN_CHARGE,
    )
    return page, status


@bp.post("/keep/notices/<int:notice_id>/moves/<move>")
@open_to(keeper)
@refills
def move(notice_id: int, move: str) -> Any:
    notice, step = queries.one(current(), notice_id), LIFE.move(move)
    require(current(), f"notice.{move}", notice)
    form = move_form(step)().on_page_as(move)
    if not form.ok:
        return _page(notice, {move: form}, 422)
    answers = {ask.name: form[ask.name].data for ask in step.asks}
    actions.make_move(notice, move, current(), answers | {"seen": request.form.get("seen", "")})
    return back("notices.show", notice_id=notice.id)


@bp.get("/keep/notices/<int:notice_id>/groups")
@open_to(keeper)
def groups(notice_id: int) -> Any:
    """The groups of one row of the report."""
    notice = queries.one(current(), notice_id)
    standing, reason, after = (request.args.get(name, "") for name in ("standing", "reason", "after"))
    standing = standing if standing in progressing.STANDINGS else progressing.LEFT_OUT
    owed = standing not in progressing.UNOWED
    found = (progressing.lot if owed else progressing.remaining_groups)(notice, standing, reason, after)
    page = {"page": found, "owed": owed, "label": progressing.STANDINGS[standing]}
    return render_template("notices/groups.html", notice=notice, standing=standing, reason=reason, **page)


@bp.get("/keep/notices/<int:notice_id>/report.csv")
@open_to(keeper)
def report(notice_id: int) -> Any:
    notice = queries.one(current(), notice_id)
    return csv_answer(f"notice-{notice.id}.csv", progressing.table(notice))


@bp.get("/notices/<notice>")
@open_to(anyone)
def read(notice: str) -> Any:
    """The full text, for the recipients in a group."""
    found = queries.public(current(), notice)
    said = str(found.status.to_residents) % {"why": found.answer or ""}
    return render_template("notices/read.html", notice=found, to_residents=said)
