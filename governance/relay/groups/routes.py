"""Pages for keeping groups: find, bind, change, test, disable and archive. Secrets are never shown again."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, render_template, request, url_for

from governance.core.db import now, numbered
from governance.core.translation import LazyText as _l
from governance.core.web.acknowledgement import acknowledge, acknowledgement
from governance.core.web.forms import attempt
from governance.core.web.pages import back
from governance.core.web.security import refills, takes
from governance.people.access.current import current, open_to
from governance.people.access.lookup import find_permitted
from governance.people.access.permissions import keeper, visible
from governance.people.access.viewer import Viewer
from governance.places.model import Place
from governance.relay import channels
from governance.relay.delivery import actions
from governance.relay.delivery import queries as delivery_queries
from governance.relay.delivery.quiet_hours import BY_DEFAULT
from governance.relay.groups import binding, direct_message, entry_codes, keepers, queries
from governance.relay.groups.customer_groups import CustomerGroup
from governance.relay.groups.forms import EntryCodeForm, KeeperForm, form_for, given_settings
from governance.relay.groups.health import STATES, health
from governance.relay.mass_tasks import actions as delivery_actions
from governance.relay.model import ONLY_ANSWERS, Group

bp = Blueprint("groups", __name__, url_prefix="/keep/groups")


@bp.get("")
@open_to(keeper)
def index() -> Any:
    asked = {name: request.args.get(name, "").strip()[:60] for name in ("q", "channel", "state")}
    found = queries.groups(current(), asked["q"], request.args.get("after", ""), asked["channel"], asked["state"])
    states = {name: label for name, (label, _) in STATES.items()}
    return render_template(
        "relay/groups.html",
        page=found,
        health=health(found.rows),
        channels=channels.for_groups(),
        states=states,
        asked={name: words or None for name, words in asked.items()},
    )


@bp.route("/new/<channel>", methods=["GET", "POST"])
@open_to(keeper)
@refills
def new(channel: str) -> Any:
    kind = channels.channel(channel)
    form = form_for(kind, data=asdict(BY_DEFAULT) | _picked(kind, request.args.get("pick", type=int)))
    made = attempt(form, lambda: _added(kind, form))
    if made:
        return back("groups.show", group_id=made.id)
    page = render_template("relay/group_form.html", form=form, kind=kind, back=url_for("groups.index"), group=None)
    return page, form.status


def _added(kind: type[channels.Channel], form: Any) -> Group:
    places, given = binding.find_places(form.places.data, _mine()), given_settings(form, kind)
    return binding.add(current(), kind.name, form.audience.data, form.name.data, given, places, form.hours())


def _picked(kind: type[channels.Channel], id_: int | None) -> dict[str, str]:
    """The known facts of a customer group that was picked; they fill the form."""
    one = numbered(CustomerGroup, id_) if kind.listed and id_ else None
    if one is None:
        return {}
    return {"name": one.name, "audience": "residents", "set_chat_id": one.chat_id, "set_owner": one.owner or ""}


@bp.get("/<int:group_id>")
@open_to(keeper)
def show(group_id: int) -> Any:
    return _page(_group(group_id))


def _about(group: Group) -> str:
    return f"group {group.id}"


def _page(group: Group, form: KeeperForm | None = None, entry: EntryCodeForm | None = None) -> str:
    kind = channels.channel(group.channel)
    page: dict[str, Any] = {"said": delivery_queries.said_to(group), "failed": delivery_queries.any_failed(group)}
    page |= {"health": health([group])[group.id], "tasks": delivery_actions.waiting(current(), group)}
    page |= {"may_say": direct_message.may_say(group), "may_send_code": direct_message.may_send_code(group)}
    page |= {"just_said": direct_message.just_said(group), "only_answers": ONLY_ANSWERS}
    page |= {"keep_form": form or KeeperForm.blank(), "entry_form": entry or EntryCodeForm.blank()}
    page |= {"entry_until": group.entry_code_at and group.entry_code_at + entry_codes.LASTS, "moment": now()}
    page["done"] = acknowledgement(_about(group))
    return render_template("relay/group.html", group=group, kind=kind, **page)


@bp.post("/<int:group_id>/keeper")
@open_to(keeper)
@refills
def hand_over(group_id: int) -> Any:
    """Make somebody else the group's keeper."""
    group, form = _group(group_id), KeeperForm()
    if attempt(form, lambda: keepers.hand_over(group, current(), form.keeper.data)):
        return back("groups.show", group_id=group.id)
    return _page(group, form), 422


@bp.post("/<int:group_id>/entry")
@open_to(keeper)
@refills
@takes(20)
def entry_code(group_id: int) -> Any:
    """Keep the QR code of the group, for the scan page of its places."""
    group, form = _group(group_id), EntryCodeForm()
    attempt(form, lambda: entry_codes.keep(group, current(), form.bytes_of()))
    if form.taken:
        acknowledge(_about(group), _l("放上去了，扫码的居民现在能进这个群。7 天以后过期，第 6 天提醒您换。"))
    return back("groups.show", group_id=group.id) if form.taken else (_page(group, entry=form), form.status)


@bp.post("/<int:group_id>/entry/withdraw")
@open_to(keeper)
def withdraw_entry_code(group_id: int) -> Any:
    group = _group(group_id)
    entry_codes.withdraw(group, current())
    acknowledge(_about(group), _l("不放了，扫码的居民看不到这个群的二维码了。"))
    return back("groups.show", group_id=group.id)


@bp.route("/<int:group_id>/change", methods=["GET", "POST"])
@open_to(keeper)
@refills
def change(group_id: int) -> Any:
    group = _group(group_id)
    kind = channels.channel(group.channel)
    form = form_for(kind, data=_as_it_is(group, kind))
    del form.audience
    if attempt(form, lambda: _changed(group, kind, form)):
        return back("groups.show", group_id=group.id)
    where = url_for("groups.show", group_id=group.id)
    page = render_template("relay/group_form.html", form=form, kind=kind, back=where, group=group)
    return page, form.status


def _changed(group: Group, kind: type[channels.Channel], form: Any) -> Group:
    places, given = binding.find_places(form.places.data, _mine()), given_settings(form, kind)
    return binding.change(group, current(), form.name.data, given, places, form.hours())


def _as_it_is(group: Group, kind: type[channels.Channel]) -> dict[str, str]:
    open_ones = {f"set_{need.name}": group.bound.get(need.name, "") for need in kind.needs if not need.secret}
    places = "\n".join(binding.path_of(place) for place in group.places)
    return {"name": group.name, "places": places, **open_ones, **asdict(binding.hours_of(group))}


DEEDS: dict[str, Callable[[Group, Viewer], Any]] = {
    "test": direct_message.test_message,
    "code": direct_message.send_code,
    "disable": binding.disable,
    "enable": binding.enable,
    "archive": binding.archive,
    "retry": actions.retry,
}


@bp.post("/<int:group_id>/<any(test, code, disable, enable, archive, retry):deed>")
@open_to(keeper)
def act(group_id: int, deed: str) -> Any:
    group = _group(group_id)
    DEEDS[deed](group, current())
    if deed == "archive":
        return back("groups.index")
    return back("groups.show", group_id=group.id)


def _group(group_id: int) -> Group:
    return find_permitted(Group, group_id, "group.keep")


def _mine() -> Any:
    return visible(current(), "group.keep", Place)
