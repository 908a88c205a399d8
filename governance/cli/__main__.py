"""The parser, and the one place where a refusal becomes an exit code."""

import argparse
import sys

from governance import initial_data, worker
from governance.cli import backup, codes, erase, groups, people, places
from governance.core import migrations
from governance.core.config import MissingSetting, load
from governance.core.errors import Problem, Refused
from governance.demo import community, district
from governance.web.app import build

SIZES = ("small", "district")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="governance", description="Keep a OneCode deployment from the command line.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    fill = commands.add_parser("demo", help="fill an empty database with an invented community")
    fill.add_argument("--size", choices=SIZES, default="small", help="a few streets' life, or a district's scale")
    fill.add_argument("--tickets", type=_count, default=0, metavar="N", help="so many more tickets, written in bulk")
    fill.set_defaults(run=_demo)
    for module in (places, codes, people, groups, erase, backup):
        module.add(commands)
    # Every command brings the schema up first; this one does nothing else.
    commands.add_parser("migrate", help="bring the database to this release's schema").set_defaults(
        run=lambda _: print("schema: head")
    )
    commands.add_parser("worker", help="run until stopped: photos, seals, deliveries").set_defaults(
        run=lambda _: worker.main(), alone=True
    )
    return top


def _demo(args: argparse.Namespace) -> None:
    if not community.is_empty():
        raise Refused("数据库里已经有地点了，演示只放进空的数据库")
    if args.size == "district":
        people = district.fill(load().demo_password, district.Size(), args.tickets, _progress)
    else:
        people = community.fill(load().demo_password)
        district.add_tickets(args.tickets, _progress)
    for one in people:
        print("person", *one, sep="\t")


def _count(given: str) -> int:
    if not given.isdecimal() or int(given) > 10_000_000:
        raise argparse.ArgumentTypeError("a number from 0 to 10000000")
    return int(given)


def _progress(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    try:
        if getattr(args, "alone", False):
            args.run(args)
        else:
            _in_application(args)
    except (Problem, MissingSetting) as trouble:
        print(trouble, file=sys.stderr)
        return 2 if isinstance(trouble, MissingSetting) else 1
    return 0


def _in_application(args: argparse.Namespace) -> None:
    settings = load()
    migrations.upgrade(settings.database)
    with build(settings).app_context():
        initial_data.install()
        args.run(args)


if __name__ == "__main__":
    sys.exit(main())
