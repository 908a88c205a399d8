"""Importing groups from a table, on /keep/groups/import. The file may hold robots' keys."""

from typing import Any

from flask import Response

from governance.core.import_plan import Plan
from governance.core.sheets import csv_answer
from governance.core.web.import_wizard import ImportWizard
from governance.core.web.security import refills, takes
from governance.people.access.current import current, open_to
from governance.people.access.permissions import keeper
from governance.places.sheet import open_table
from governance.relay import channels
from governance.relay.groups.import_apply import import_groups
from governance.relay.groups.import_plan import Entry, plan
from governance.relay.groups.import_rows import TEMPLATE
from governance.relay.groups.routes import bp


def _check(content: bytes, name: str) -> Plan[Entry]:
    return plan(open_table(content, name), current())


def _carry_out(content: bytes, digest: str) -> Plan[Entry]:
    return import_groups(open_table(content, ""), current(), seen=digest)


WIZARD = ImportWizard("groups", "groups.import_page", "relay/import.html", _check, _carry_out)


def _words() -> dict[str, Any]:
    return {"channels": [kind for kind in channels.for_groups().values() if kind.needs]}


@bp.route("/import", methods=["GET", "POST"])
@open_to(keeper)
@takes(20)
@refills
def import_page() -> Any:
    return WIZARD.upload(current().staff_id, **_words())


@bp.post("/import/confirm")
@open_to(keeper)
def confirm_import() -> Any:
    return WIZARD.confirm(current().staff_id, **_words())


@bp.get("/import/template.csv")
@open_to(keeper)
def import_template() -> Response:
    return csv_answer("groups.csv", TEMPLATE)
