"""Puts the slices together into one Flask application. `app.py` at the root hands it to the server."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from governance.core import crypto, db, limits, logs, media, pages, security, static
from governance.core.config import ROOT, Settings, load
from governance.people import routes as people
from governance.people import viewers


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (read from the environment when not given). Raises MissingSetting."""
    settings = settings or load()
    app = build(settings)
    _doors(app)
    security.check_audiences(app)
    app.wsgi_app = _front(app, settings)  # type: ignore[method-assign]
    return app


def build(settings: Settings) -> Flask:
    """Everything but the doors: what worker and commands need."""
    app = Flask("governance", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=1 << 20)
    app.extensions["settings"] = settings
    logs.configure()
    logs.init_app(app)
    db.init_app(app, settings.database)
    crypto.init_app(app, settings.secret_key, settings.field_keys)
    media.init_app(app, settings.media)
    limits.init_app(app, settings.redis_url)
    viewers.init_app(app)
    security.init_app(app, https=settings.base_url.startswith("https://"))
    pages.init_app(app)
    static.init_app(app)
    return app


def _doors(app: Flask) -> None:
    for blueprint in (people.bp,):
        app.register_blueprint(blueprint)


def _front(app: Flask, settings: Settings):  # type: ignore[no-untyped-def]
    """Static files before the application, real client addresses behind as many proxies as are trusted."""
    front = WhiteNoise(app.wsgi_app, root=str(ROOT / "static"), prefix="static/", max_age=31_536_000)
    count = settings.trusted_proxies
    return ProxyFix(front, x_for=count, x_proto=count, x_host=count) if count else front
