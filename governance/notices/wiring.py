"""Registers notices with the application: routes, jobs, the facts for messages."""

from flask import Flask

from governance.notices import jobs, routes, telling

JOBS = (jobs,)
LISTENERS = (telling,)


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
