"""`groups add|import|list` and `relay status|retry`: chat groups, and the state of deliveries."""

import argparse
from pathlib import Path

from sqlalchemy import func, select

from governance.cli.parts import PLACE, Commands, open_file, operator, refusal
from governance.core.db import db, in_literals
from governance.core.errors import Invalid, Refused
from governance.people.access.viewer import Viewer
from governance.places.finding import find_place
from governance.relay.delivery import actions
from governance.relay.delivery.fan_out import unprocessed
from governance.relay.groups import binding
from governance.relay.groups.import_apply import import_groups
from governance.relay.groups.import_plan import plan
from governance.relay.model import AUDIENCES, DELIVERY_STATES, FAILED, Delivery, Group


def add(commands: Commands) -> None:
    groups = commands.add_parser("groups", help="chat groups").add_subparsers(required=True, metavar="COMMAND")
    new = groups.add_parser("add", help="bind a group to a place through a channel")
    new.add_argument("place", metavar="CODE-OR-PLACE", help=PLACE)
    new.add_argument("--channel", required=True, metavar="NAME")
    new.add_argument("--audience", required=True, choices=tuple(AUDIENCES))
    new.add_argument("--name", required=True)
    new.add_argument(
        "--set", action="extend", nargs="+", default=[], metavar="KEY=VALUE", help="what the channel needs"
    )
    new.set_defaults(run=_add)
    load = groups.add_parser("import", help="bind and change groups from a CSV or XLSX file, all rows or none")
    load.add_argument("file", type=Path)
    load.add_argument("--dry-run", action="store_true", help="only say what would be done")
    load.set_defaults(run=_import)
    groups.add_parser("list", help="every group, one a line, tab-separated").set_defaults(run=_list)
    telling = commands.add_parser("relay", help="what is owed to groups").add_subparsers(
        required=True, metavar="COMMAND"
    )
    telling.add_parser("status", help="how much waits, failed or is unknown").set_defaults(run=_status)
    telling.add_parser("retry", help="make everything that failed due again").set_defaults(run=_retry)


def _add(args: argparse.Namespace) -> None:
    settings = dict(_setting(one) for one in args.set)
    group = binding.add(operator(), args.channel, args.audience, args.name, settings, [find_place(args.place)])
    print(f"group\t{group.id}\t{group.channel}\t{group.audience}\t{group.name}")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise Invalid({"set": f"“{text}”要写成 KEY=VALUE"})
    return name, value


def _import(args: argparse.Namespace) -> None:
    table = open_file(args.file)
    done = plan(table, operator()) if args.dry_run else import_groups(table, operator())
    if done.problems:
        raise Refused(refusal(done.problems, done.shown_problems))
    says = "会加 {} 个群，会改 {} 个，{} 个不变" if args.dry_run else "加了 {} 个群，改了 {} 个，{} 个没有变"
    print(says.format(len(done.added), len(done.changed), done.same))


def _list(_args: argparse.Namespace) -> None:
    for group in _bound():
        places = "、".join(place.name for place in group.places)
        state = "disabled" if group.disabled_at else "on"
        print("group", group.id, group.channel, group.audience, state, group.name, places, sep="\t")


def _status(_args: argparse.Namespace) -> None:
    for name, count in _counts().items():
        print(f"{name}\t{count}")


def _retry(_args: argparse.Namespace) -> None:
    print(f"{_retried(operator())} 条重新等着发")


def _bound() -> list[Group]:
    there = (Group.archived_at.is_(None), Group.person_id.is_(None))
    return list(db.session.scalars(select(Group).where(*there).order_by(Group.id)))


def _counts() -> dict[str, int]:
    """How many events are not fanned out yet, and how many deliveries are in each state."""
    counted = select(Delivery.state, func.count()).group_by(Delivery.state)
    found = {row[0]: row[1] for row in db.session.execute(counted)}
    return {"untold": unprocessed(), **{state: found.get(state, 0) for state in DELIVERY_STATES}}


def _retried(viewer: Viewer) -> int:
    """Make every failed delivery due again in groups that still receive; own groups of persons are left out."""
    owed = select(Delivery.group_id).where(in_literals(Delivery.state, (FAILED,)))
    hearing = select(Group).where(Group.id.in_(owed), Group.disabled_at.is_(None), Group.archived_at.is_(None))
    hearing = hearing.where(Group.person_id.is_(None))
    return sum(actions.retry(group, viewer) for group in list(db.session.scalars(hearing)))
