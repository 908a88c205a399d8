"""The page with the report form. A new form is a skeleton, rendered once for all places and visitors and filled in.

The skeleton is rendered anew when the categories change. A form that was sent is rendered with what was typed.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from flask import render_template
from markupsafe import Markup
from sqlalchemy import Connection

from governance.core.db import connection, now
from governance.core.web import page_cache
from governance.core.web.forms import new_submission
from governance.core.web.pages import elder, language, local, translated
from governance.core.web.security import form_token
from governance.core.web.skeleton import Skeleton
from governance.people.access.current import current, has_something
from governance.places.landing import PlaceRow, ScannedCode, land, near, on_path
from governance.places.model import Place, near_name_of, nearest_phone
from governance.tickets import summaries
from governance.tickets.categories import Choice, active, first_and_more
from governance.tickets.forms import ReportForm
from governance.tickets.model import office_at
from governance.tickets.responses import own
from governance.triage.local_numbers import local_numbers

OF_THE_PLACE = ("near", "phone", "office", "code", "at", "open_here")
GAPS = (*OF_THE_PLACE, "join_forms", "form_token", "submission", "waiting")


class _Place(NamedTuple):
    """What the page says of one place. `join_forms` has a gap for the visitor's token."""

    large_text: bool
    values: dict[str, str]
    join_forms: Skeleton


def new_form(code: str) -> str:
    """The page of a form that nobody has filled in yet. Raises NeverIssued."""
    here = ("report form", code, language())
    place: _Place = (page_cache.fresh(here) or _asked(here)).thing
    look = ("report form", language(), elder(), place.large_text)
    skeleton: Skeleton = (page_cache.fresh(look) or _asked_look(look)).thing
    visitor = {"form_token": form_token(), "submission": new_submission(), "waiting": _waiting()}
    return skeleton.filled(place.values | visitor | {"join_forms": place.join_forms.filled(visitor)})


def sent_form(code: str, form: ReportForm, **more: Any) -> str:
    """The page of a form that was not taken. `more` is for the template."""
    reading = connection()
    scanned, kinds = land(reading, code), first_and_more(active())
    form.offer([*kinds[0], *kinds[1]], _places(reading, scanned))
    place = _of_the_place(reading, scanned, form.at.data)
    joins = place.join_forms.filled({"form_token": form_token()})
    about = {"form": form, "kinds": kinds, "large_text": place.large_text, "sent": True, "waiting": _waiting()}
    about["local_numbers"] = local_numbers()
    return render_template("tickets/report.html", **about, **place.values, join_forms=joins, **more)


def _asked(key: page_cache.Key) -> page_cache.Kept[_Place]:
    reading = connection()
    scanned = land(reading, key[1])
    version = (scanned.token, scanned.place.id, scanned.place.version, local(now()).date())
    return page_cache.current(key, version, lambda: _of_the_place(reading, scanned, str(scanned.place.id)))


def _asked_look(key: page_cache.Key) -> page_cache.Kept[Skeleton]:
    categories = active()
    return page_cache.current(key, categories, lambda: Skeleton.of(GAPS, partial(_rendered, categories, *key[1:])))


def _rendered(
    categories: list[Choice], language: str, elder: bool, large_text: bool, gaps: Mapping[str, Markup]
) -> str:
    form = ReportForm.blank()
    kinds = first_and_more(categories)
    form.offer([*kinds[0], *kinds[1]], [])
    form.submission.data = gaps["submission"]
    about = {"form": form, "kinds": kinds, "large_text": large_text, "elder": lambda: elder}
    about["local_numbers"] = local_numbers()
    own = {"form_token": lambda: gaps["form_token"]}
    return translated("tickets/report.html", language).render({**gaps, **about, **own})


def _places(connection: Connection, scanned: ScannedCode) -> list[PlaceRow]:
    """The places that a report from this code may be about."""
    return [scanned.place, *near(connection, scanned.place)]


def _of_the_place(connection: Connection, scanned: ScannedCode, chosen: str | None) -> _Place:
    place = scanned.place
    above = on_path(connection, place.path)
    here = summaries.joinable(connection, place.path, {one.kind: one.id for one in above})
    values = {
        "near": near_name_of(above),
        "phone": nearest_phone(above) or "",
        "office": str(office_at(place.grid_id)),
        "code": scanned.token,
        "at": place_field(_places(connection, scanned), chosen),
        "open_here": _part("_open_here", here=here, today=local(now()).date()) if here else "",
    }
    joins = Skeleton.of(("form_token",), partial(_join_forms, here))
    return _Place(place.large_text, values, joins)


def _waiting() -> str:
    """What waits for the visitor's answer, in front of the form."""
    found = own.waiting(current()) if has_something() else []
    return _part("_waiting", waiting=found) if found else ""


def _join_forms(here: list[summaries.TicketSummary], gaps: Mapping[str, Markup]) -> str:
    return _part("_join_forms", here=here, form_token=lambda: gaps["form_token"])


def place_field(places: Sequence[Place | PlaceRow], chosen: str | None) -> Markup:
    """The field of the place that a report is about."""
    return _part("_at", places=places, chosen=chosen)


def _part(name: str, **about: Any) -> Markup:
    return Markup(translated(f"tickets/{name}.html", language()).render(about))  # noqa: S704  # nosec B704 - a template
