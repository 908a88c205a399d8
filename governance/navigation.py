"""The staff's main links, each shown only to those who may use it."""

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for

from governance.people.access import Viewer
from governance.people.permissions import Rule, handler_role, keeper


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    here: bool


LINKS: tuple[tuple[str, str, Rule], ...] = (
    ("工单", "desk.home", handler_role),
    ("待转发", "relay.desk", handler_role),
    ("管理", "keep.home", keeper),
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["staff_links"] = staff_links


def staff_links(viewer: Viewer) -> list[Link]:
    return [
        Link(label, url_for(endpoint), request.endpoint == endpoint)
        for label, endpoint, rule in LINKS
        if rule.holds(viewer, None) and endpoint in current_app.view_functions
    ]
