"""Registers tickets with the application: routes, jobs, listeners, links to what came of them."""

from flask import Flask

from governance.links import provide_tickets
from governance.tickets import desk, jobs, links, person_hooks, photos, queries, routes

JOBS = (jobs, photos)
LISTENERS = (person_hooks,)

provide_tickets(links)


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    app.register_blueprint(desk.bp)
    app.jinja_env.globals["tickets_followed"] = queries.followed
