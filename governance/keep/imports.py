"""Importing places from a table, on /keep/places/import."""

from typing import Any

from flask import Response

from governance.core.sheets import csv_answer
from governance.core.web.import_wizard import ImportWizard
from governance.core.web.security import refills, takes
from governance.keep.blueprint import bp
from governance.people.access.current import current, open_to
from governance.people.access.permissions import keeper, may
from governance.places.importing import PlacePlan, import_places, plan
from governance.places.kinds import KINDS
from governance.places.sheet import COLUMN, TEMPLATE, open_table

WORDS = {"kinds": KINDS, "columns": COLUMN}


def _check(content: bytes, name: str) -> PlacePlan:
    return plan(open_table(content, name), _may_keep)


def _carry_out(content: bytes, digest: str) -> PlacePlan:
    by = current()
    return import_places(open_table(content, ""), _may_keep, by.label, by.staff_id, seen=digest)


def _may_keep(place: Any) -> bool:
    return may(current(), "place.keep", place)


WIZARD = ImportWizard("places", "keep.import_page", "keep/import.html", _check, _carry_out)


@bp.route("/places/import", methods=["GET", "POST"])
@open_to(keeper)
@takes(20)
@refills
def import_page() -> Any:
    return WIZARD.upload(current().staff_id, **WORDS)


@bp.post("/places/import/confirm")
@open_to(keeper)
def confirm_import() -> Any:
    return WIZARD.confirm(current().staff_id, **WORDS)


@bp.get("/places/import/template.csv")
@open_to(keeper)
def import_template() -> Response:
    return csv_answer("places.csv", TEMPLATE)
