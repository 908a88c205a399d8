"""Builds the Flask application from the slices. `app.py` at the root hands it to the server."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from governance.assistant import wiring as assistant
from governance.core import crypto, db, limits, logs, media
from governance.core.config import ROOT, Settings, load
from governance.core.web import compression, page_cache, pages, security, static
from governance.discussions import wiring as discussions
from governance.keep import wiring as keep
from governance.notices import wiring as notices
from governance.people import wiring as people
from governance.relay import wiring as relay
from governance.scan import wiring as scan
from governance.tickets import wiring as tickets
from governance.web import api_docs, form_token, health, navigation
from governance.wechat import wiring as wechat

SLICES = (tickets, discussions, relay, assistant, notices, scan, keep)


class Application(Flask):
    """Flask without its check for coroutines at every request: no view and no hook is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (read from the environment when not given). Raises MissingSetting."""
    app = build(settings or load())
    compression.init_app(app)
    people.init_app(app)  # before the form token is asked for: whose it is comes first
    security.init_app(app, https=_settings(app).base_url.startswith("https://"))
    navigation.init_app(app)
    for one in SLICES:
        one.init_app(app)
    app.register_blueprint(api_docs.bp)
    app.register_blueprint(form_token.bp)
    health.init_app(app)
    security.check_audiences(app)
    app.wsgi_app = _front(app, _settings(app).trusted_proxies)  # type: ignore[method-assign]
    return app


def build(settings: Settings) -> Flask:
    """The application without endpoints: what the worker and the commands need."""
    app = Application("governance", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key)
    app.extensions["settings"] = settings
    logs.configure()
    logs.init_app(app)
    db.init_app(app, settings.database)
    crypto.init_app(app, settings.secret_key, settings.field_keys)
    media.init_app(app, settings.media)
    limits.init_app(app, settings.redis_url)
    pages.init_app(app)
    static.init_app(app)
    page_cache.init_app(app)
    wechat.init_app(app)
    return app


def _settings(app: Flask) -> Settings:
    settings: Settings = app.extensions["settings"]
    return settings


def _front(app: Flask, proxies: int) -> Any:
    """Static files in front of the application, and real client addresses behind as many proxies as are trusted."""
    front = WhiteNoise(app.wsgi_app, root=str(ROOT / "static"), prefix="static/", max_age=31_536_000)
    return ProxyFix(front, x_for=proxies, x_proto=proxies, x_host=proxies) if proxies else front
