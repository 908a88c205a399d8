"""The OpenAPI document matches what the bots' endpoints take and return, and its example client works."""

import importlib.util
import io
import threading
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from governance.core.config import ROOT
from governance.core.db import db
from governance.relay.delivery.fan_out import expand
from governance.tickets.model import Ticket
from tests import photos
from tests.assistant.bot_api.test_leases import DOOR, KEY, bot, leased  # noqa: F401
from tests.groups import states

HEAR = "/bots/ginkgo-bot/messages"
SAID = {"message_id": "m1", "group": "chat-5号楼", "sender": "somebody", "text": "帮助"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int}


@pytest.fixture
def api(app) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/openapi.json").get_json()
    return found


def schema(api, path, method, *where):
    found = api["paths"][path][method]
    for step in where:
        found = found[step]
    return found["content"]["application/json"]["schema"]


def fits(value: Any, shape: dict[str, Any]) -> bool:
    """Does it have just the described fields, of the described kinds?"""
    if not isinstance(value, TYPES[shape["type"]]):
        return False
    if shape["type"] == "object":
        named = value.keys() == shape["properties"].keys()
        return named and all(fits(value[name], one) for name, one in shape["properties"].items())
    return shape["type"] != "array" or all(fits(one, shape["items"]) for one in value)


def test_the_document_has_the_shape_of_openapi_3_1(api):
    assert api["openapi"].startswith("3.1.") and set(api["info"]) >= {"title", "version"}
    assert api["security"] == [{name: []} for name in api["components"]["securitySchemes"]]
    seen = set()
    for path, methods in api["paths"].items():
        for method, one in methods.items():
            assert path.startswith("/") and method in ("get", "post") and one["operationId"] not in seen
            seen.add(one["operationId"])
            assert {one["name"] for one in one["parameters"] if one["in"] == "path"} == {"name"}
            assert all(answer["description"] for answer in one["responses"].values())
            assert ("requestBody" in one) == (method == "post")
    references = str(api).count("'$ref': '#/components/schemas/Problem'")
    assert references == sum(len(one["responses"]) - 1 for each in api["paths"].values() for one in each.values())


def test_every_bot_door_is_described_and_nothing_else_is_named(api, app):
    doors = {rule.rule.replace("<name>", "{name}") for rule in app.url_map.iter_rules() if "/bots/" in rule.rule}
    assert set(api["paths"]) == doors


def test_what_a_message_must_hold_is_what_the_code_reads(api, bot):  # noqa: F811
    takes = schema(api, "/bots/{name}/messages", "post", "requestBody")
    assert set(takes["required"]) == set(takes["properties"]) == set(SAID)
    for name, one in takes["properties"].items():
        for wrong in (None, "", 7, "字" * (one["maxLength"] + 1)):
            status, problem = bot("POST", HEAR, json=SAID | {name: wrong})
            assert status == 422 and list(problem["fields"]) == [name]
        status, _ = bot("POST", HEAR, json=SAID | {"message_id": f"long {name}"} | {name: "a" * one["maxLength"]})
        assert status == (404 if name == "group" else 200)
    status, answer = bot("POST", HEAR, json=SAID)
    assert status == 200 and fits(answer, schema(api, "/bots/{name}/messages", "post", "responses", "200"))


def test_a_message_may_come_as_the_described_form_with_photos(api, bot):  # noqa: F811
    form = api["paths"]["/bots/{name}/messages"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(form["properties"]) == {*SAID, "photos"} and set(form["required"]) == set(SAID) - {"text"}
    most = form["properties"]["photos"]["maxItems"]
    for count, expected in ((most, 200), (most + 1, 422)):
        shots = [(io.BytesIO(photos.png(width=40 + one, height=30)), "a.png") for one in range(count)]
        told = {"message_id": f"m{count}", "group": "chat-5号楼", "sender": "s", "photos": shots}
        assert bot("POST", HEAR, data=told)[0] == expected


def test_what_is_leased_and_reported_is_what_is_described(api, bot, leased):  # noqa: F811
    door = api["paths"]["/bots/{name}/deliveries"]
    gives = schema(api, "/bots/{name}/deliveries", "get", "responses", "200")
    assert leased and fits({"deliveries": leased}, gives)
    (limit,) = [one["schema"] for one in door["get"]["parameters"] if one["in"] == "query"]
    for wrong in (limit["minimum"] - 1, limit["maximum"] + 1):
        assert bot("GET", f"{DOOR}?limit={wrong}")[0] == 422
    takes = schema(api, "/bots/{name}/deliveries", "post", "requestBody")["properties"]["results"]
    result = takes["items"]["properties"]
    assert set(result) == {"id", "outcome"} and len(result["outcome"]["enum"]) == 3
    for outcome in result["outcome"]["enum"]:
        status, answer = bot("POST", json={"results": [{"id": leased[0]["id"], "outcome": outcome}]})
        assert status == 200 and fits(answer, schema(api, "/bots/{name}/deliveries", "post", "responses", "200"))
    for wrong in ([], [{"id": 1, "outcome": "sent"}] * (takes["maxItems"] + 1), [{"id": 1, "outcome": "lost"}]):
        assert bot("POST", json={"results": wrong})[0] == 422


def test_a_problem_has_the_described_fields(api, bot):  # noqa: F811
    problem = api["components"]["schemas"]["Problem"]
    for status, answer in (bot("POST", HEAR, json={}), bot(key="")):
        assert set(problem["required"]) <= set(answer) <= set(problem["properties"])
        assert str(status) in api["paths"]["/bots/{name}/messages"]["post"]["responses"]


def test_the_page_shows_every_door_and_field(api, app):
    page = app.test_client().get("/api/docs").text
    assert all(path in page for path in api["paths"]) and all(name in page for name in (*SAID, "outcome", "left"))
    assert "https://" not in page.replace("https://onecode.example", "")


@pytest.fixture
def client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bot_client", ROOT / "docs" / "bot_client.py")
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_the_example_client_works_against_the_running_application(app, bot, ticket, happen, client):  # noqa: F811
    happen(ticket("5号楼"), "finish")
    expand()
    db.session.rollback()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    try:
        door, posted = client.Door(f"http://127.0.0.1:{server.port}", "ginkgo-bot", KEY), []
        assert door.post_what_is_due(lambda group, words: posted.append((group, words)) or True) == 1
        assert door.post_what_is_due(lambda *_: True) == 0
        assert "报事" in door.heard("m1", "chat-5号楼", "somebody", "帮助")
        assert "编号" in door.heard(
            "m2", "chat-5号楼", "somebody", "报事 三层灯不亮", [photos.png(), photos.jpeg_with_gps()]
        )
    finally:
        server.shutdown()
        running.join()
    assert posted[0][0] == "chat-5号楼" and states() == ["sent"]
    assert len(db.session.scalars(select(Ticket).filter_by(words="三层灯不亮")).one().photos) == 2
    assert len((ROOT / "docs" / "bot_client.py").read_text().splitlines()) < 90
