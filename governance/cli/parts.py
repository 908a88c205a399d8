"""What several commands share: the operator as an actor, people by account, tables from files."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import select

from governance.core.db import db, find_by
from governance.core.errors import Invalid, Refused
from governance.core.import_plan import RowProblem
from governance.people.access.viewer import ActivePost, Viewer
from governance.people.model import Body, Identity, Person
from governance.places.kinds import AREAS
from governance.places.model import Place
from governance.places.sheet import open_table
from governance.places.tables import Table

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
PLACE = "an id, a 12-digit official code, a sticker's 8 symbols, or a path of names such as 柳荫街道/银杏社区"
LABEL = "命令行"


def operator() -> Viewer:
    tops = db.session.execute(select(Place.id, Place.kind).where(Place.parent_id.is_(None), Place.kind.in_(AREAS)))
    return Viewer(label=LABEL, posts=tuple(ActivePost("district", top.kind, top.id) for top in tops))


def person_of(account: str) -> Person:
    identity = find_by(Identity, kind="account", subject=account.lower())
    if identity is None:
        raise Invalid({"account": f"没有“{account}”这个账号"})
    return identity.person


def body_named(name: str) -> Body:
    body = find_by(Body, name=name)
    if body is None:
        raise Invalid({"body": f"没有叫“{name}”的承办单位"})
    return body


def open_file(file: Path) -> Table:
    """The table in a local file."""
    if not file.is_file():
        raise Refused(f"没有 {file} 这个文件")
    return open_table(file.read_bytes(), file.name)


def refusal(problems: Sequence[RowProblem], shown: Sequence[RowProblem]) -> str:
    lines = [f"第 {problem.row} 行\t{problem.column}\t{problem.reason}" for problem in shown]
    more = [f"……先列出前 {len(shown)} 处"] if len(problems) > len(shown) else []
    return "\n".join([f"有 {len(problems)} 处要改，什么都没有导入：", *lines, *more])
