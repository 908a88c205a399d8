"""Registers the endpoints of /keep with the application; each module adds its routes to the blueprint."""

from flask import Flask

from governance.keep import bodies, categories, codes, doors, home, imports, people, places
from governance.keep.blueprint import bp

ROUTES = (home, places, codes, doors, people, bodies, categories, imports)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
