"""`codes issue|print|retire`: codes for places without one, one PDF for all under a place, retiring one."""

import argparse
import os
import tempfile
from pathlib import Path

from flask import current_app

from governance.cli.parts import LABEL, PLACE, Commands
from governance.core.db import db, writing
from governance.core.errors import Invalid, Refused
from governance.keep.posters import codes_under, notices_of
from governance.places import actions
from governance.places.codes import find_code
from governance.places.finding import find_place
from governance.places.model import Code
from governance.places.posters import FORMATS, print_pdf


def add(commands: Commands) -> None:
    codes = commands.add_parser("codes", help="stickers and notices").add_subparsers(required=True, metavar="COMMAND")
    issue = codes.add_parser("issue", help="a code for every courtyard and building that has none")
    issue.add_argument("--under", required=True, metavar="PLACE", help=PLACE)
    issue.set_defaults(run=_issue)
    printing = codes.add_parser("print", help="one PDF with every code in use under a place")
    printing.add_argument("--under", required=True, metavar="PLACE", help=PLACE)
    printing.add_argument("--format", choices=tuple(FORMATS), default="a4")
    printing.add_argument("--out", required=True, type=Path, metavar="FILE")
    printing.set_defaults(run=_print)
    retire = codes.add_parser("retire", help="end a code; whoever scans it is led on")
    retire.add_argument("token", metavar="TOKEN")
    retire.add_argument("--successor", metavar="TOKEN", help="the code in use that takes its place")
    retire.set_defaults(run=_retire)


def _issue(args: argparse.Namespace) -> None:
    with writing():
        issued = actions.issue_codes(find_place(args.under), LABEL)
    print(f"加了 {len(issued)} 张新码")


def _print(args: argparse.Namespace) -> None:
    codes = codes_under(find_place(args.under))
    if not codes:
        raise Refused("这里还没有码，请先 codes issue")
    notices = notices_of(codes, current_app.extensions["settings"].base_url)
    db.session.rollback()
    folder = args.out.resolve().parent
    if not folder.is_dir():
        raise Refused(f"没有 {folder} 这个文件夹")
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        draft = Path(aside) / "draft.pdf"
        with draft.open("wb") as out:
            count = print_pdf(notices, args.format, out)
        os.replace(draft, args.out)
    print(f"{count} 张码，每一张都读回来核对过：{args.out}")


def _retire(args: argparse.Namespace) -> None:
    with writing():
        successor = _code(args.successor) if args.successor else None
        code = _code(args.token)
        actions.retire_code(code, LABEL, None, successor)
    print(f"停用了 {code.shown}（{code.place.name}）" + (f"，由 {successor.shown} 替换" if successor else ""))


def _code(text: str) -> Code:
    code = find_code(text)
    if code is None:
        raise Invalid({"token": f"没有“{text}”这张码"})
    return code
