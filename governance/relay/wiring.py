"""Registers the relay with the application: routes, jobs, listeners."""

from flask import Flask

from governance.relay import routes
from governance.relay.blueprint import bp
from governance.relay.delivery import jobs, manual_reminder, manual_routes, queries
from governance.relay.groups import customer_groups, customer_routes, entry_code_reminder, import_routes, robot_routes
from governance.relay.groups import routes as group_routes
from governance.relay.mass_tasks import jobs as mass_task_jobs
from governance.relay.mass_tasks import recall
from governance.relay.subscriptions import person_hooks, personal_data, recipients
from governance.relay.subscriptions import routes as subscription_routes

JOBS = (jobs, mass_task_jobs, customer_groups, manual_reminder, entry_code_reminder)
LISTENERS = (person_hooks, personal_data, recall)
ROUTES = (routes, manual_routes, subscription_routes, group_routes, customer_routes, import_routes)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(group_routes.bp)
    app.register_blueprint(robot_routes.bp)
    app.jinja_env.globals.update(
        news_of=recipients.news_of, relay_troubles=queries.troubles, reminded_at=queries.reminded_at
    )
