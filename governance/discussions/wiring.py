"""Registers the hall with the application: routes, jobs, listeners, links to outcomes."""

from flask import Flask

from governance.discussions import desk, jobs, links, person_hooks, personal_data, queries, routes, say_routes
from governance.links import provide_topics

JOBS = (jobs,)
LISTENERS = (person_hooks, personal_data)
ROUTES = (routes, desk, say_routes)

provide_topics(links)


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    app.jinja_env.globals["topics_followed"] = queries.followed
