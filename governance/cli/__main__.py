"""The parser and the one place where a refusal becomes an exit code."""

import argparse
import sys

from governance import defaults, demo, worker
from governance.cli import backup, codes, groups, people, places
from governance.core import migrations
from governance.core.config import MissingSetting, load
from governance.core.errors import Problem, Refused
from governance.web import build

DEMOS = {"small": demo.fill}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="governance", description="Keep a OneCode deployment from the command line.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    fill = commands.add_parser("demo", help="fill an empty database with an invented community")
    fill.add_argument("--size", choices=tuple(DEMOS), default="small")
    fill.set_defaults(run=_demo)
    for module in (places, codes, people, groups, backup):
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
    if not demo.is_empty():
        raise Refused("数据库里已经有地点了，演示只放进空的数据库")
    for one in DEMOS[args.size](load().demo_password):
        print("person", *one, sep="\t")


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    try:
        if getattr(args, "alone", False):
            args.run(args)
        else:
            _in_application(args)
    except (Problem, MissingSetting) as trouble:
        print(str(trouble) or getattr(trouble, "title", ""), file=sys.stderr)
        return 2 if isinstance(trouble, MissingSetting) else 1
    return 0


def _in_application(args: argparse.Namespace) -> None:
    settings = load()
    migrations.upgrade(settings.database)
    with build(settings).app_context():
        defaults.settle()
        args.run(args)


if __name__ == "__main__":
    sys.exit(main())
