"""`places import`: the import of the page, for a local file."""

import argparse
from pathlib import Path

from governance.cli.parts import LABEL, Commands, open_file, refusal
from governance.core.errors import Refused
from governance.places.importing import import_places, plan


def add(commands: Commands) -> None:
    places = commands.add_parser("places", help="places from a table").add_subparsers(required=True, metavar="COMMAND")
    load = places.add_parser("import", help="add and change places from a CSV or XLSX file, all rows or none")
    load.add_argument("file", type=Path)
    load.add_argument("--dry-run", action="store_true", help="only say what would be done")
    load.set_defaults(run=_import)


def _import(args: argparse.Namespace) -> None:
    table = open_file(args.file)
    done = plan(table, _any) if args.dry_run else import_places(table, _any, LABEL, None)
    if done.problems:
        raise Refused(refusal(done.problems, done.shown_problems))
    says = "会加 {} 处，会改 {} 处，{} 处不变" if args.dry_run else "加了 {} 处，改了 {} 处，{} 处没有变"
    print(says.format(len(done.added), len(done.changed), done.same))


def _any(_place: object) -> bool:
    return True
