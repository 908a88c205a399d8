"""The bots' endpoints: JSON in, JSON out, errors as problem+json. A bearer key authenticates; cookies are ignored."""

from typing import Any

from flask import Blueprint, jsonify, request

from governance.assistant.bot_api import leases, schemas
from governance.assistant.inbound import receive
from governance.assistant.inbound.inbox import CALLBACKS
from governance.core import limits
from governance.core.errors import SignInNeeded, TooMuch
from governance.core.web.json_input import read, read_json
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
    asked = read(schemas.LeaseQuery, request.args.to_dict())
    return jsonify(leases.lease(bot, asked.limit).model_dump())


@bp.post("/deliveries")
@open_to(anyone)
@tokenless
@described(schemas.REPORT)
def report(name: str) -> Any:
    """Report results: `{"results": [{"id": 7, "outcome": "sent" | "refused" | "failed"}]}`."""
    bot = _caller(name)
    return jsonify(leases.report_results(bot, read_json(schemas.Report, _body())).model_dump())


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
        photos = leases.read_photos(file.stream for file in request.files.getlist("photos"))
        sent = request.form.to_dict() | {"photos": photos}
        heard = read(schemas.HeardWithPhotos if photos else schemas.Heard, sent)
    else:
        photos, heard = (), read_json(schemas.Heard, _body())
    group = receive.bound_group(Bot.name, f"{bot.name}:{heard.group}", bot.robot)
    reply = receive.answer_member(bot.robot, group, heard.sender, heard.message_id, heard.text, photos)
    return jsonify(schemas.Reply(reply=reply).model_dump())


def _body() -> bytes:
    """The body, not larger than a JSON body may be."""
    request.max_content_length = JSON_LARGEST
    return request.get_data()


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
