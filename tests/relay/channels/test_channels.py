"""The contract that every channel keeps."""

import asyncio

import aiohttp
import pytest

from governance.core.errors import Missing
from governance.relay import channels
from governance.relay.channels.base import Dead, Refusal, Sent, Unknown
from governance.relay.channels.wecom_webhook import WecomWebhook

WHOLE_ON = "sqlite"  # what an answer means is decided above the database; with --faults on both
KINDS = list(channels.known().values())


def test_every_file_in_the_folder_is_found():
    of_groups = {"manual", "wecom_webhook", "wecom_aibot", "wecom_mass_task", "bot"}
    assert set(channels.known()) == of_groups | {"wecom_app", "official_account"}
    assert set(channels.for_groups()) == of_groups
    with pytest.raises(Missing):
        channels.channel("pigeon")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_channel_says_what_it_is_and_what_it_needs(kind):
    assert kind.label and kind.about and kind.longest_bytes >= 500
    assert len({need.name for need in kind.needs}) == len(kind.needs)
    assert all(need.secret for need in kind.needs if need.name == "key")
    if kind.pushes and not kind.alone:
        assert kind.send is not channels.Channel.send


ANSWERS = [
    ("", Sent()),
    ("45009", Refusal("", 60, True)),
    ("429", Refusal("", 60, True)),
    ("503", Refusal("", 0)),
    ("-1", Refusal("", 0)),
    ("40058", Refusal("", None)),
    ("99999", Refusal("", None)),
    ("93000", Dead("")),
    ("reset", Unknown("")),
    ("truncated", Unknown("")),
    ("garbage", Unknown("")),
    ("500", Unknown("")),
]


@pytest.mark.parametrize(("fault", "expected"), ANSWERS, ids=[fault or "ok" for fault, _ in ANSWERS])
def test_each_answer_of_a_robot_means_one_thing(app, receiver, fault, expected):
    receiver.script[""] = [fault] if fault else []

    async def ask():
        async with aiohttp.ClientSession() as http:
            return await WecomWebhook(app.extensions["settings"]).send(http, {"key": "a-robots-key"}, "您好")

    got = asyncio.run(ask())
    assert type(got) is type(expected)
    if isinstance(expected, Refusal):
        assert (got.after, got.whole_robot) == (expected.after, expected.whole_robot)
    assert "a-robots-key" not in str(got)
