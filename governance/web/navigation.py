"""The main links of staff, each shown only to those who may use it."""

from dataclasses import dataclass

from flask import Flask, request, url_for

from governance.people.access.permissions import handler_role, keeper, on_foot
from governance.people.access.rules import Rule
from governance.people.access.viewer import Viewer


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    here: bool


LINKS: tuple[tuple[str, str, Rule], ...] = (
    ("工单", "desk.home", handler_role),
    ("议事", "discussions.desk", keeper),
    ("待转发", "relay.desk", handler_role),
    ("认识居民", "people.vouch", on_foot),
    ("管理", "keep.home", keeper),
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["staff_links"] = staff_links


def staff_links(viewer: Viewer) -> list[Link]:
    urls = {endpoint: url_for(endpoint) for _, endpoint, _ in LINKS}
    here = max(
        (one for one in urls if request.path.startswith(urls[one].rstrip("/"))),
        key=lambda one: len(urls[one]),
        default="",
    )
    return [
        Link(label, urls[endpoint], endpoint == here) for label, endpoint, rule in LINKS if rule.holds(viewer, None)
    ]
