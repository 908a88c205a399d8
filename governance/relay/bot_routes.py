"""The bots' doors. JSON in, JSON out; errors are problem+json. Cookies play no part, a bearer key does."""

from typing import Any

from flask import Blueprint, jsonify, request

from governance.core import limits
from governance.core.errors import Invalid
from governance.core.openapi import described
from governance.core.security import tokenless
from governance.people.permissions import anyone
from governance.people.viewers import open_to
from governance.relay import bot_schemas, bots, hearing
from governance.relay.channels.bot import Bot

bp = Blueprint("bots", __name__, url_prefix="/bots/<name>")
TRIES = "600/minute"


@bp.get("/deliveries")
@open_to(anyone)
@tokenless
@described(bot_schemas.LEASE)
def lease(name: str) -> Any:
    """Lease messages to post: `?limit=` 1 to 50, 20 when not given."""
    bot = _caller(name)
    limit = request.args.get("limit", bots.A_FEW, int)
    if not 1 <= limit <= bots.MOST:
        raise Invalid({"limit": f"1 到 {bots.MOST}"})
    return jsonify(deliveries=bots.lease(bot, limit))


@bp.post("/deliveries")
@open_to(anyone)
@tokenless
@described(bot_schemas.REPORT)
def report(name: str) -> Any:
    """Report results: `{"results": [{"id": 7, "outcome": "sent" | "refused" | "failed"}]}`."""
    bot = _caller(name)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid({"results": '要 JSON：{"results": [{"id": 7, "outcome": "sent"}]}'})
    return jsonify(bots.report(bot, body.get("results")))


@bp.post("/messages")
@open_to(anyone)
@tokenless
@described(bot_schemas.HEAR)
def hear(name: str) -> Any:
    """What a member said in a group: `{message_id, group, sender, text}`; answers `{reply}` to say there."""
    bot = _caller(name)
    said = bots.read_message(request.get_json(silent=True))
    group = hearing.group_of(Bot.name, f"{bot.name}:{said['group']}")
    return jsonify(reply=hearing.hear(bot.robot, group, said["sender"], said["message_id"], said["text"]))


def _caller(name: str) -> bots.Caller:
    limits.require(TRIES, "bot", name)
    return bots.caller(name, request.headers.get("Authorization", ""))
