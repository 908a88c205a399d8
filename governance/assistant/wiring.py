"""Registers the assistant with the application: routes, jobs, listeners."""

from flask import Flask

from governance.assistant.bot_api import routes as bot_routes
from governance.assistant.dialogue import person_hooks
from governance.assistant.inbound import inbox_jobs, replies, webhook_routes
from governance.assistant.transcripts import routes as transcript_routes

JOBS = (inbox_jobs, replies)
LISTENERS = (person_hooks,)


def init_app(app: Flask) -> None:
    app.register_blueprint(bot_routes.bp)
    app.register_blueprint(webhook_routes.bp)
    app.register_blueprint(transcript_routes.bp)
