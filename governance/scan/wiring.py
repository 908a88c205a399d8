"""Registers the scan page with the application."""

from flask import Flask

from governance.scan import own, routes, way_back, wechat

ROUTES = (own,)


def init_app(app: Flask) -> None:
    wechat.init_app(app)
    way_back.init_app(app)
    app.register_blueprint(routes.bp)
