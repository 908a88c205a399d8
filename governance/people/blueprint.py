"""What the doors of people share: their blueprint."""

from flask import Blueprint

bp = Blueprint("people", __name__)
