"""`people add|post|end`: an account with its first post, one more post, and the end of one."""

import argparse
from datetime import datetime, time

from governance.cli.parts import PLACE, Commands, body_named, operator, person_of
from governance.core.db import now
from governance.core.errors import Refused
from governance.core.web.pages import ZONE
from governance.people.model import ROLES, Body, Person, Post
from governance.people.staff import actions
from governance.places.finding import find_place
from governance.places.model import Place


def add(commands: Commands) -> None:
    people = commands.add_parser("people", help="staff and their posts").add_subparsers(
        required=True, metavar="COMMAND"
    )
    new = people.add_parser("add", help="a person with an account; prints the password once")
    new.add_argument("account")
    new.add_argument("name", help="what residents see, such as 高师傅")
    new.add_argument("--phone", default="")
    _post_arguments(new)
    new.set_defaults(run=_add)
    post = people.add_parser("post", help="one more post for an account")
    post.add_argument("account")
    post.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="the last day; left out: until it is ended")
    _post_arguments(post)
    post.set_defaults(run=_post)
    end = people.add_parser("end", help="end a post now; with the last one every session ends")
    end.add_argument("account")
    end.add_argument("--role", choices=tuple(ROLES), help="needed when the account holds several posts")
    end.add_argument("--at", metavar="PLACE", help=PLACE)
    end.set_defaults(run=_end)


def _post_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, choices=tuple(ROLES))
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--at", metavar="PLACE", help=PLACE)
    where.add_argument("--body", metavar="NAME", help="the body, for the role body")


def _day(text: str) -> datetime:
    return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time.max, ZONE)


def _where(args: argparse.Namespace) -> Place | Body:
    return body_named(args.body) if args.body else find_place(args.at)


def _add(args: argparse.Namespace) -> None:
    person, password = actions.add_staff(operator(), args.account, args.name, args.role, _where(args), args.phone)
    print(f"person\t{args.account.lower()}\t{password}\t{args.role}\t{person.nickname}")


def _post(args: argparse.Namespace) -> None:
    post = actions.give_post(person_of(args.account), operator(), args.role, _where(args), args.until)
    print(f"{args.account} 现在是 {post.where} 的{post.label}")


def _end(args: argparse.Namespace) -> None:
    person = person_of(args.account)
    post = _meant(person, args.role, find_place(args.at) if args.at else None)
    actions.end_post(post, operator())
    print(f"{args.account} 不再是 {post.where} 的{post.label}")


def _meant(person: Person, role: str | None, place: Place | None) -> Post:
    held = [post for post in person.posts if post.in_force(now())]
    meant = [post for post in held if role in (None, post.role) and (place is None or post.place_id == place.id)]
    if len(meant) != 1:
        listed = "；".join(f"{post.role} {post.where}" for post in held) or "没有"
        raise Refused(f"请用 --role 和 --at 说清是哪一个岗位。现在的岗位：{listed}")
    return meant[0]
