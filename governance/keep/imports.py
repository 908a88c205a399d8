"""The doors of importing places: upload, see what would happen, then confirm that and nothing else.

The file waits in the media store between the two steps, one for each member of staff; a newer one replaces it.
"""

import csv
import io
from typing import Any

from flask import Response, render_template, request

from governance.core import media
from governance.core.web.forms import ConfirmForm, ImportForm, attempt, status
from governance.core.web.pages import back
from governance.core.web.security import refills, takes
from governance.keep.blueprint import bp
from governance.people.access.current import current, open_to
from governance.people.access.permissions import keeper, may
from governance.places.importing import Plan, import_places, plan
from governance.places.kinds import KINDS
from governance.places.sheet import COLUMN, TEMPLATE, open_table


@bp.route("/places/import", methods=["GET", "POST"])
@open_to(keeper)
@takes(20)
@refills
def import_page() -> Any:
    form = ImportForm()
    todo = attempt(form, lambda: _looked(form.file.data.read(), form.file.data.filename or ""))
    code = 422 if todo and todo.problems else 200 if todo else status()
    return _page(form, todo), code


def _looked(content: bytes, name: str) -> Plan:
    todo = plan(open_table(content, name), _keeps)
    media.put(_key(), content)
    return todo


def _keeps(place: Any) -> bool:
    return may(current(), "place.keep", place)


def _key() -> str:
    return f"imports/{current().staff_id}"


def _page(form: ImportForm, todo: Plan | None, **more: Any) -> str:
    return render_template(
        "keep/import.html", form=form, plan=todo, confirm=ConfirmForm.blank(), kinds=KINDS, columns=COLUMN, **more
    )


@bp.post("/places/import/confirm")
@open_to(keeper)
def confirm_import() -> Any:
    mark, form = request.form.get("mark", ""), ImportForm.blank()
    content = _waiting()
    if content is None or not mark:
        return back("keep.import_page")
    done = import_places(open_table(content, ""), _keeps, current().label, current().staff_id, seen=mark)
    if done.problems or done.digest != mark:
        return _page(form, done, again=True), 422 if done.problems else 409
    media.delete(_key())
    return _page(form, done, done=True)


def _waiting() -> bytes | None:
    """The file that was looked at, unless it was imported meanwhile or never came."""
    try:
        return media.get(_key())
    except FileNotFoundError:
        return None


@bp.get("/places/import/template.csv")
@open_to(keeper)
def import_template() -> Response:
    """With a byte order mark, so that Excel reads it as UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows(TEMPLATE)
    answer = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="places.csv"'
    return answer
