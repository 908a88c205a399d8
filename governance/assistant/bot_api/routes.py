"""The bots' endpoints: JSON in, JSON out, errors as problem+json. A bearer key authenticates; cookies are ignored."""

from typing import Any

from flask import Blueprint, jsonify, request

from governance.assistant.bot_api import leases, schemas
from governance.assistant.inbound import receive
from governance.assistant.inbound.inbox import CALLBACKS
from governance.core import limits
from governance.core.errors import Invalid, SignInNeeded, TooMuch
from governance.core.web.openapi import MULTIPART, described
from governance.core.web.security import takes, tokenless
from governance.people.access.current import open_to
from governance.people.access.permissions import anyone
from governance.relay.channels.bot import Bot

bp = Blueprint("bots", __name__, url_prefix="/bots/<name>")
JSON_LARGEST = 1 << 20
TRIES, WRONG = "600/minute", "60/minute"


@bp.get("/deliveries")
@open_to(anyone)
@tokenless
@described(schemas.LEASE)
def lease(name: str) -> Any:
    """Lease messages to post: `?limit=` 1 to 50, 20 when not given."""
    bot = _caller(name)
    asked = request.args.get("limit", str(leases.A_FEW))
    limit = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0
    if not 1 <= limit <= leases.MOST:
        raise Invalid({"limit": f"1 到 {leases.MOST}"})
    return jsonify(deliveries=leases.lease(bot, limit))


@bp.post("/deliveries")
@open_to(anyone)
@tokenless
@described(schemas.REPORT)
def report(name: str) -> Any:
    """Report results: `{"results": [{"id": 7, "outcome": "sent" | "refused" | "failed"}]}`."""
    bot = _caller(name)
    body = _sent()
    if body is None:
        raise Invalid({"results": '要 JSON：{"results": [{"id": 7, "outcome": "sent"}]}'})
    return jsonify(leases.report_results(bot, body.get("results")))


@bp.post("/messages")
@open_to(anyone)
@tokenless
@described(schemas.HEAR)
@takes(100)
def hear(name: str) -> Any:
    """Take what a member said in a group, `{message_id, group, sender, text}` as JSON or as a form with photos, and
    answer `{reply}`."""
    bot = _caller(name)
    if request.mimetype == MULTIPART:
        shots = leases.read_photos(file.stream for file in request.files.getlist("photos"))
        said = leases.read_message(request.form, wordless=bool(shots))
    else:
        shots, said = (), leases.read_message(_sent())
    group = receive.bound_group(Bot.name, f"{bot.name}:{said['group']}", bot.robot)
    return jsonify(
        reply=receive.answer_member(bot.robot, group, said["sender"], said["message_id"], said["text"], shots)
    )


def _sent() -> dict[str, Any] | None:
    """The JSON object in the body; None for anything else, or if it is too large or nested too deep."""
    request.max_content_length = JSON_LARGEST
    return leases.object_in(request.get_data())


def _caller(name: str) -> leases.Caller:
    """The bot that shows its key. Wrong keys count against their network, so they cannot use up a bot's own limit.

    Raises SignInNeeded, or TooMuch.
    """
    network = limits.network(request.remote_addr or "")
    if not limits.has_room(WRONG, "bot.wrong", network):
        raise TooMuch("错的密钥太多了，请过一会儿再试")
    bot = leases.caller(name, request.headers.get("Authorization", ""))
    if bot is None:
        limits.within_limit(WRONG, "bot.wrong", network)
        CALLBACKS.labels("bot", "forged").inc()
        raise SignInNeeded("密钥不对：请带上 Authorization: Bearer <密钥>")
    limits.require(TRIES, "bot", bot.robot)
    return bot
