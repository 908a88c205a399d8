"""Pages for importing groups: upload, see the plan, confirm it.

The file may hold robots' keys, so it waits encrypted between the steps, one file per member of staff.
"""

from typing import Any

from cryptography.fernet import InvalidToken
from flask import render_template, request

from governance.core import crypto, media
from governance.core.sheets import csv_answer
from governance.core.web.forms import ConfirmForm, ImportForm, attempt, status
from governance.core.web.pages import back
from governance.core.web.security import refills, takes
from governance.people.access.current import current, open_to
from governance.people.access.permissions import keeper
from governance.places.sheet import open_table
from governance.relay import channels
from governance.relay.groups.import_apply import import_groups
from governance.relay.groups.import_plan import Plan, plan
from governance.relay.groups.import_rows import TEMPLATE
from governance.relay.groups.routes import bp


@bp.route("/import", methods=["GET", "POST"])
@open_to(keeper)
@takes(20)
@refills
def import_page() -> Any:
    form = ImportForm()
    todo = attempt(form, lambda: _looked(form.file.data.read(), form.file.data.filename or ""))
    code = 422 if todo and todo.problems else 200 if todo else status()
    return _page(form, todo), code


def _looked(content: bytes, name: str) -> Plan:
    todo = plan(open_table(content, name), current())
    media.put(_key(), crypto.sealed(content))
    return todo


def _key() -> str:
    return f"imports/groups/{current().staff_id}"


def _page(form: ImportForm, todo: Plan | None, **more: Any) -> str:
    kinds = [kind for kind in channels.for_groups().values() if kind.needs]
    return render_template("relay/import.html", form=form, plan=todo, confirm=ConfirmForm.blank(), kinds=kinds, **more)


@bp.post("/import/confirm")
@open_to(keeper)
def confirm_import() -> Any:
    mark, content = request.form.get("mark", ""), _waiting()
    if content is None or not mark:
        return back("groups.import_page")
    done = import_groups(open_table(content, ""), current(), seen=mark)
    if done.problems or done.digest != mark:
        return _page(ImportForm.blank(), done, again=True), 422 if done.problems else 409
    media.delete(_key())
    return _page(ImportForm.blank(), done, done=True)


def _waiting() -> bytes | None:
    """The waiting file; None when it was imported meanwhile, was never uploaded, or its key is gone."""
    try:
        return crypto.opened(media.get(_key()))
    except (FileNotFoundError, InvalidToken):
        return None


@bp.get("/import/template.csv")
@open_to(keeper)
def import_template() -> Any:
    return csv_answer("groups.csv", TEMPLATE)
