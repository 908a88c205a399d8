"""The blueprint that all routes of the relay share."""

from flask import Blueprint

bp = Blueprint("relay", __name__)
