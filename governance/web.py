"""Puts the slices together into one Flask application. `app.py` at the root hands it to the server."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from governance import api_docs, health, navigation
from governance.core import crypto, db, kept, limits, logs, media, pages, security, static
from governance.core.config import ROOT, Settings, load
from governance.discussions import chaining as topics_chaining
from governance.discussions import desk as topics_desk
from governance.discussions import jobs as topics_jobs
from governance.discussions import merging as topics_merging
from governance.discussions import queries as topics_queries
from governance.discussions import routes as topics
from governance.discussions import say_routes as topics_say
from governance.keep import routes as keep
from governance.notices import jobs as notices_jobs
from governance.notices import routes as notices
from governance.notices import telling as notices_telling
from governance.people import recognising, viewers
from governance.people import routes as people
from governance.relay import (
    answering,
    bot_routes,
    callback_routes,
    customer_groups,
    customer_routes,
    group_routes,
    import_routes,
    paste_routes,
    person_routes,
    persons,
    reminding,
    robot_routes,
    working,
)
from governance.relay import jobs as relay_jobs
from governance.relay import merging as relay_merging
from governance.relay import queries as relay_queries
from governance.relay import routes as relay
from governance.scan import routes as scan
from governance.scan import wechat as scan_in_wechat
from governance.tickets import chaining, desk, jobs, merging, queries
from governance.tickets import routes as tickets
from governance.wechat import gateway, qrcodes

BLUEPRINTS = (
    people.bp,
    tickets.bp,
    desk.bp,
    topics.bp,
    keep.bp,
    relay.bp,
    group_routes.bp,
    bot_routes.bp,
    callback_routes.bp,
    robot_routes.bp,
    notices.bp,
    api_docs.bp,
    scan.bp,
)
# Imported so that their routes are on the blueprint.
DOORS = (topics_desk, topics_say, customer_routes, import_routes, paste_routes, person_routes)
# Imported so that their jobs are registered.
HANDLERS = (jobs, topics_jobs, relay_jobs, notices_jobs, answering, working, customer_groups, reminding, qrcodes)
LISTENERS = (
    merging,
    topics_merging,
    relay_merging,
)  # imported so that they hear when two persons are one
TOLD = (notices_telling,)  # imported so that groups can be told of what is theirs
CHAINED = (chaining, topics_chaining)  # imported so that each can be found from the other


class Application(Flask):
    """Flask, told that no view and no hook of ours is a coroutine: it would look at each of them at every request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (read from the environment when not given). Raises MissingSetting."""
    app = build(settings or load())
    viewers.init_app(app, fleeting=("scan.show",))
    recognising.init_app(app)
    security.init_app(app, https=_settings(app).base_url.startswith("https://"))
    navigation.init_app(app)
    scan_in_wechat.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    health.init_app(app)
    app.jinja_env.globals.update(
        tickets_followed=queries.followed,
        topics_followed=topics_queries.followed,
        news_of=persons.news_of,
        relay_troubles=relay_queries.troubles,
    )
    security.check_audiences(app)
    app.wsgi_app = _front(app, _settings(app).trusted_proxies)  # type: ignore[method-assign]
    return app


def build(settings: Settings) -> Flask:
    """Everything but the doors: what the worker and the commands need."""
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
    kept.init_app(app)
    gateway.init_app(app)
    return app


def _settings(app: Flask) -> Settings:
    settings: Settings = app.extensions["settings"]
    return settings


def _front(app: Flask, proxies: int) -> Any:
    """Static files before the application, and real client addresses behind as many proxies as are trusted."""
    front = WhiteNoise(app.wsgi_app, root=str(ROOT / "static"), prefix="static/", max_age=31_536_000)
    return ProxyFix(front, x_for=proxies, x_proto=proxies, x_host=proxies) if proxies else front
