"""The bots' endpoints: authentication by key, each message leased once, late reports accepted."""

from contextvars import Context
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from governance.assistant.bot_api import routes
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.core.db import db, find_by, now, writing
from governance.core.errors import Invalid
from governance.relay.channels.bot import Bot
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.relay.model import Delivery, Group, Message
from governance.tickets.model import Ticket
from tests.assistant.bot import bind_bot
from tests.assistant.callbacks import counts
from tests.groups import make_ready, settings_in_database, states

KEY = "a-key-for-the-ginkgo-bot-0001"
DOOR = "/bots/ginkgo-bot/deliveries"


@pytest.fixture
def bot(app, cast):
    """Asks the door as the bot does; answers (status, JSON)."""
    given = {"bot": "ginkgo-bot", "key": KEY}
    for place in ("5号楼", "6号楼"):
        binding.add(
            cast.viewer("shen"), "bot", "residents", place, given | {"chat": f"chat-{place}"}, [cast.place(place)]
        )

    def ask(method="GET", address=DOOR, key=KEY, **kwargs):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        answer = Context().run(app.test_client().open, address, method=method, headers=headers, **kwargs)
        db.session.rollback()
        return answer.status_code, answer.get_json()

    return ask


def report(bot, *results):
    return bot("POST", json={"results": [{"id": id_, "outcome": outcome} for id_, outcome in results]})


@pytest.fixture
def leased(bot, ticket, happen):
    happen(ticket("5号楼"), "finish")
    happen(ticket("6号楼"), "finish")
    expand()
    return bot()[1]["deliveries"]


def test_each_message_is_handed_out_once_and_reported(app, bot, leased):
    assert [one["group"] for one in leased] == ["chat-5号楼", "chat-6号楼"]
    assert "办好了" in leased[0]["text"] and leased[0]["text"].endswith(f"〔{leased[0]['mark']}〕")
    assert bot() == (200, {"deliveries": []}) and not deliver(app)
    ids = [one["id"] for one in leased]
    assert report(bot, (ids[0], "sent"), (ids[1], "refused")) == (200, {"taken": ids, "left": []})
    assert states() == ["sent", "due"]
    make_ready()
    (again,) = bot()[1]["deliveries"]
    assert again["mark"] == leased[1]["mark"]
    assert report(bot, (again["id"], "failed"))[0] == 200
    assert states() == ["sent", "failed"]


def test_a_report_twice_changes_nothing(bot, leased):
    id_ = leased[0]["id"]
    report(bot, (id_, "sent"))
    assert report(bot, (id_, "failed")) == (200, {"taken": [], "left": [id_]})
    assert states()[0] == "sent"


def test_without_a_report_it_is_unknown_until_the_bot_says(app, phone, bot, leased):
    with writing():
        db.session.execute(update(Message).values(lease_until=now() - timedelta(seconds=1)))
    assert deliver(app)
    assert states() == ["unknown", "unknown"] and bot()[1]["deliveries"] == []
    assert {*db.session.scalars(select(Message.reason)), *db.session.scalars(select(Delivery.reason))} == {Bot.lost}
    page = phone().sign_in("shen").get("/keep/relay").text
    assert "机器人取走了，没有回报结果" in page and "程序中断" not in page
    report(bot, (leased[0]["id"], "sent"), (leased[1]["id"], "refused"))
    assert states() == ["sent", "due"]


@pytest.mark.parametrize("key", ["", "wrong-key-of-the-ginkgo-bot", KEY + "x", KEY.upper()])
def test_another_key_opens_nothing(bot, key):
    for method in ("GET", "POST"):
        status, problem = bot(method, key=key, json={"results": []} if method == "POST" else None)
        assert status == 401 and problem["status"] == 401


OTHER_KEY = "another-key-of-the-ginkgo-bot-2"


def test_a_second_key_for_a_name_the_community_has_is_refused_with_what_to_do(bot, cast, phone):
    form = {"name": "3号院群", "audience": "residents", "places": "3号院", "set_bot": "ginkgo-bot", "set_chat": "c3"}
    keeper = phone().sign_in("shen")
    answer = keeper.post("/keep/groups/new/bot", **form, set_key=OTHER_KEY)
    assert answer.status_code == 422 and "请填同一个密钥；要换密钥，去改那个群" in keeper.page
    assert "“5号楼”已经用着" in keeper.page and OTHER_KEY not in keeper.page
    assert keeper.post("/keep/groups/new/bot", **form, set_key=KEY).status_code == 303
    far = {"bot": "ginkgo-bot", "chat": "far", "key": OTHER_KEY}
    binding.add(cast.viewer("du"), "bot", "residents", "别的社区", far, [cast.place("8号院")])


def test_a_bots_key_is_changed_at_one_of_its_groups_for_all_of_them(bot, cast):
    far = {"bot": "ginkgo-bot", "chat": "far", "key": KEY}
    binding.add(cast.viewer("du"), "bot", "residents", "别的社区", far, [cast.place("8号院")])
    group = find_by(Group, name="5号楼")
    binding.change(group, cast.viewer("shen"), "5号楼", {"key": OTHER_KEY}, group.places)
    db.session.rollback()
    kept = {
        one.name: one.bound["key"]
        for one in db.session.scalars(select(Group).execution_options(populate_existing=True))
    }
    assert kept == {"5号楼": OTHER_KEY, "6号楼": OTHER_KEY, "别的社区": KEY}
    assert bot(key=OTHER_KEY)[0] == 200 and find_by(Group, name="5号楼").robot == find_by(Group, name="6号楼").robot


HOME, AWAY = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "198.51.100.7"}
WRONG = int(routes.WRONG.partition("/")[0])


def test_wrong_keys_are_counted_by_their_address_and_take_nothing_from_anybody_elsewhere(bot):
    for _ in range(WRONG):
        assert bot(key="wrong-key-of-the-ginkgo-bot", environ_base=HOME)[0] == 401
    status, problem = bot(key="wrong-key-of-the-ginkgo-bot", environ_base=HOME)
    assert status == 429 and "密钥" in problem["detail"]
    assert bot(environ_base=HOME)[0] == 429  # even the right one: who guesses learns nothing from there
    assert bot(environ_base=AWAY)[0] == 200
    assert bot(key="wrong-key-of-the-ginkgo-bot", environ_base=AWAY)[0] == 401


def test_right_keys_use_up_none_of_the_wrong_ones(bot):
    for _ in range(WRONG + 5):
        assert bot(environ_base=HOME)[0] == 200


def test_each_wrong_key_is_counted_as_forged_and_a_right_one_is_not(bot):
    before = counts("bot").get("forged", 0)
    bot(), bot(key=""), bot(key="wrong-key-of-the-ginkgo-bot"), bot("POST", "/bots/other-bot/messages", json={})
    assert counts("bot")["forged"] - before == 3


def test_the_key_of_one_bot_opens_no_other(bot):
    assert bot(address="/bots/other-bot/deliveries")[0] == 401


def test_a_bot_settles_only_its_own(cast, bot, leased):
    with writing():
        db.session.execute(update(Message).filter_by(id=leased[0]["id"]).values(robot="somebody-else"))
    assert report(bot, (leased[0]["id"], "sent"))[1] == {"taken": [], "left": [leased[0]["id"]]}


NO_REPORTS = [
    "",
    "[]",
    "{",
    "{}",
    "\ud800",
    '{"results": {}}',
    '{"results": []}',
    '{"results": [1]}',
    '{"results": [{"id": true, "outcome": "sent"}]}',
    '{"results": [{"id": 1, "outcome": "maybe"}]}',
    '{"results": [{"id": 1, "outcome": ["sent"]}]}',
    '{"results": [{"id": 99999999999, "outcome": "sent"}]}',
    '{"results": [' + "{}," * 60 + "{}]}",
]


@pytest.mark.parametrize("body", NO_REPORTS, ids=range(len(NO_REPORTS)))
def test_what_is_no_report_is_refused_with_its_reason(bot, body):
    status, problem = bot("POST", data=body.encode("utf-8", "surrogatepass"), content_type="application/json")
    assert status == 422 and problem["fields"]


@pytest.mark.parametrize("limit", ["0", "51", "-1", "abc", "", "１２", "9" * 5000])
def test_a_lease_has_a_size(bot, limit):
    assert bot(address=f"{DOOR}?limit={limit}")[0] == 422


def test_the_key_is_nowhere_to_be_read(bot):
    for group in db.session.query(Group):
        assert KEY not in settings_in_database(group.id) and KEY not in (group.robot or "")


def bind_far(cast, chat="chat-5号楼", key=OTHER_KEY):
    given = {"bot": "ginkgo-bot", "chat": chat, "key": key}
    return binding.add(cast.viewer("tang"), "bot", "residents", "8号院群", given, [cast.place("8号院")])


def heard(bot, key=KEY, group="chat-5号楼"):
    said = {"message_id": f"m-{key}", "group": group, "sender": "小丁", "text": "议题"}
    return bot("POST", "/bots/ginkgo-bot/messages", key=key, json=said)[0]


def test_two_communities_may_have_bots_of_one_name_whose_groups_are_called_alike(bot, cast):
    bind_far(cast)
    assert heard(bot) == heard(bot, OTHER_KEY) == 200
    said_in = db.session.scalars(
        select(Group.name).join(ReceivedMessage, ReceivedMessage.group_id == Group.id).order_by(ReceivedMessage.id)
    )
    assert said_in.all() == ["5号楼", "8号院群"]


def test_a_group_is_heard_by_the_new_key_once_it_has_one(bot, cast):
    group = find_by(Group, name="5号楼")
    binding.change(group, cast.viewer("shen"), "5号楼", {"key": OTHER_KEY}, group.places)
    assert (heard(bot), heard(bot, OTHER_KEY), heard(bot, OTHER_KEY, "chat-6号楼")) == (401, 200, 200)


def test_whose_group_it_is_already_is_said_to_those_alone_who_keep_it(bot, cast):
    with pytest.raises(Invalid, match="在别的社区绑着，请找管它的人") as told:
        bind_far(cast, key=KEY)
    assert "“" not in str(told.value.fields)
    with pytest.raises(Invalid, match="就是“5号楼”"):
        given = {"bot": "ginkgo-bot", "chat": "chat-5号楼", "key": KEY}
        binding.add(cast.viewer("shen"), "bot", "residents", "又一个", given, [cast.place("3号院")])


def test_a_key_that_would_make_two_groups_one_is_refused(bot, cast):
    """Also where it is not the changed group itself, but one that takes the key along."""
    bind_far(cast)
    group = find_by(Group, name="6号楼")
    with pytest.raises(Invalid, match="别的社区"):
        binding.change(group, cast.viewer("shen"), "6号楼", {"key": OTHER_KEY}, group.places)
    db.session.rollback()
    assert heard(bot) == heard(bot, OTHER_KEY) == 200


def test_a_bot_may_number_the_messages_of_each_group_anew(say, cast) -> None:
    bind_bot(cast, "6号楼", chat="chat-6")
    first = say("报事 三层灯不亮", mark="m1")
    second = say("报事 垃圾没人收", mark="m1", group="chat-6")
    assert first != second and say("报事 三层灯不亮", mark="m1") == first
    assert len(db.session.scalars(select(Ticket)).all()) == 2
