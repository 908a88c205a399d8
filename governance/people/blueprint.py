"""The blueprint that the route files of people share."""

from flask import Blueprint

bp = Blueprint("people", __name__)
