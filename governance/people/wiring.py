"""Registers people with the application: viewers, redirects to WeChat, routes, jobs."""

from flask import Flask

from governance.people import me_routes, my_data_routes, routes
from governance.people.access import current, wechat_redirect
from governance.people.blueprint import bp
from governance.people.residents import personal_data, sms, verification_routes, vouch_routes
from governance.people.residents.personal_data import as_read
from governance.people.wechat import routes as wechat_routes

JOBS = (sms, personal_data)
ROUTES = (routes, me_routes, my_data_routes, verification_routes, vouch_routes, wechat_routes)


def init_app(app: Flask) -> None:
    current.init_app(app, fleeting=("scan.show",))
    wechat_redirect.init_app(app)
    app.register_blueprint(bp)
    app.jinja_env.filters["as_read"] = as_read
