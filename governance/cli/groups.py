"""`groups add|list` and `relay status|retry`: chat groups from the command line, and how telling them goes."""

import argparse

from governance.cli.parts import PLACE, Commands, operator
from governance.core.errors import Invalid
from governance.places.finding import find_place
from governance.relay import commands as relay
from governance.relay.model import AUDIENCES


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
    groups.add_parser("list", help="every group, one a line, tab-separated").set_defaults(run=_list)
    telling = commands.add_parser("relay", help="what is owed to groups").add_subparsers(
        required=True, metavar="COMMAND"
    )
    telling.add_parser("status", help="how much waits, failed or is unknown").set_defaults(run=_status)
    telling.add_parser("retry", help="make everything that failed due again").set_defaults(run=_retry)


def _add(args: argparse.Namespace) -> None:
    settings = dict(_setting(one) for one in args.set)
    group = relay.add_group(operator(), find_place(args.place), args.channel, args.audience, args.name, settings)
    print(f"group\t{group.id}\t{group.channel}\t{group.audience}\t{group.name}")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise Invalid({"set": f"“{text}”要写成 KEY=VALUE"})
    return name, value


def _list(_args: argparse.Namespace) -> None:
    for group in relay.list_groups():
        places = "、".join(place.name for place in group.places)
        state = "disabled" if group.disabled_at else "on"
        print("group", group.id, group.channel, group.audience, state, group.name, places, sep="\t")


def _status(_args: argparse.Namespace) -> None:
    for name, count in relay.status().items():
        print(f"{name}\t{count}")


def _retry(_args: argparse.Namespace) -> None:
    print(f"{relay.retry(operator())} 条重新等着发")
