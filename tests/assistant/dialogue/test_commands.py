"""A conversation in a group: commands, answers, small talk and dangers, with the replies to them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from governance.assistant.dialogue import commands
from governance.assistant.dialogue.conversation import Conversation
from governance.assistant.dialogue.fallback import UNCLEAR
from governance.core.db import db, writing
from governance.discussions import actions as topics
from governance.discussions import contributions
from governance.discussions.model import Voice
from governance.tickets.model import Ticket
from tests.assistant.bot import number_in

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both


def test_a_whole_conversation_from_report_to_voice(say, cast) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert "已经送到网格员" in say(f"进度 {number}", "三楼老周")
    assert "先说“我也遇到" in say(f"催办 {number}", "三楼老周")
    assert "共 2 位邻居" in say(f"我也遇到 {number}", "三楼老周")
    assert "已经催了" in say(f"催办{number}", "三楼老周")
    assert "明天可以再催" in say(f"催办 {number}", "三楼老周")
    assert say("议题") == "现在没有在商量的事。"
    topic = topics.begin(cast.place("银杏社区"), cast.viewer("shen"), "s", "早餐几点开", "")
    with writing():
        statement = contributions.say(topic, cast.viewer("shen"), "s", "六点半就开")
    assert "早餐几点开" in say("议题") and f"/topics/{topic.ref}" in say("议题")
    say(f"同意 {statement.id}")
    say(f"反对 {statement.id}")
    assert [voice.answer for voice in db.session.scalars(select(Voice))] == [-1]
    assert all(command.word in say("帮助") for command in commands.COMMANDS if command.hint is not None)


@pytest.mark.parametrize("yes", ["是", "@小银杏 是的。", "嗯！", "OK"])
def test_plain_speech_is_reported_on_a_yes_and_not_before(say, cast, yes) -> None:
    asked = say("楼下垃圾没人收")
    assert "要报上去吗" in asked and "楼下垃圾没人收" in asked
    assert "没有等您回话的事" in say(yes, "三楼老周")  # nobody asked him
    assert db.session.scalars(select(Ticket)).all() == []
    assert "编号" in say(yes)
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.words, ticket.category.slug, ticket.source) == ("楼下垃圾没人收", "clean", "group")
    assert "没有等您回话的事" in say(yes)
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


@pytest.mark.parametrize("said", ["不用了", "算了", "反对", "帮助", "谢谢", "进度 13-4"])
def test_what_is_no_yes_reports_nothing(say, said) -> None:
    say("楼下垃圾没人收")
    say(said)
    assert db.session.scalars(select(Ticket)).all() == []


def test_a_yes_after_half_an_hour_reports_nothing(say) -> None:
    say("楼下垃圾没人收")
    with writing():
        db.session.scalars(select(Conversation)).one().asked_at -= timedelta(minutes=31)
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize("text", ["好的", "不用", "取消", "不用了", "行"])
def test_a_word_that_answers_nothing_we_asked_gets_a_short_word(say, text) -> None:
    assert say(text).startswith("好的。") and len(say(text)) < 40


@pytest.mark.parametrize("text", ["help", "Help", "/start", "?", "？", "/help", "帮助", "菜单"])
def test_help_is_asked_for_in_many_words(say, text) -> None:
    assert say(text).startswith("您可以这样说")


@pytest.mark.parametrize("text", ["查一下漏水的原因吧", "看看三层的灯", "撤回垃圾站的决定太好了"])
def test_words_that_only_begin_like_a_command_are_plain_speech(say, text) -> None:
    assert "要报上去吗" in say(text)


@pytest.mark.parametrize(
    "text",
    [
        "报事 @所有人 点 http://evil.example/x 领钱",
        "<script>alert(1)</script>看看这个链接",
        "@所有人 https://evil.example 快来",
    ],
)
def test_no_answer_holds_a_mention_or_a_link_we_did_not_write(say, text) -> None:
    reply = say(text)
    assert "@" not in reply and "evil" not in reply and "<" not in reply
    assert set(re.findall(r"https?://[^/\s]+", reply)) <= {"https://onecode.example"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("着火了", "119"),
        ("帮助我，三楼有人晕倒了", "120"),
        ("救命", "110"),
        ("报事 3楼着火了", "119"),
        ("同意 救命", "110"),
    ],
)
def test_whoever_speaks_of_a_danger_is_told_whom_to_call_first(say, text, number) -> None:
    assert number in say(text).splitlines()[0]


@pytest.mark.parametrize("pieces", [("三层", "灯", "不亮"), ("门口", "有个", "大坑"), ("三层", "灯不亮")])
def test_what_is_written_in_pieces_is_taken_together(say, pieces) -> None:
    told = [say(piece) for piece in pieces]
    assert "要报上去吗" in told[-1] and "编号" in say("是")
    assert db.session.scalars(select(Ticket)).one().words.replace(" ", "") == "".join(pieces)


def test_pieces_of_two_persons_or_with_an_answer_between_stay_apart(say) -> None:
    say("三层")
    assert say("不亮", "三楼老周") == UNCLEAR
    say("帮助")
    assert say("那个") == UNCLEAR


@pytest.mark.parametrize("said", ["帮 助", "帮助", " 帮　助 "])
def test_a_command_is_understood_with_a_space_in_it(say, said) -> None:
    assert "您可以这样说" in say(said)


@pytest.mark.parametrize("said", ["报错了", "我报错了", "撤回"])
def test_who_reported_wrongly_hears_how_to_take_it_back(say, said) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    told = say(said)
    assert "撤回" in told and number in told


def test_a_short_question_is_no_detail_of_the_report_just_made(say) -> None:
    say("报事 楼道灯不亮")
    assert say("照片呢") == UNCLEAR
    assert "照片呢" not in say("电梯关门哐当响")


def test_another_one_is_no_part_of_what_we_ask_about(say) -> None:
    say("楼下垃圾没人收")
    assert "“楼下垃圾没人收”" in say("另一件")
    say("是")
    assert db.session.scalars(select(Ticket)).one().words == "楼下垃圾没人收"


@pytest.mark.parametrize(
    ("pieces", "number"),
    [
        ("着/火/了", "119"),
        ("有人/困在/电梯里", "119"),
        ("煤/气味/好大", "119"),
        ("救/命", "110"),
        ("我想/跳/楼", "12356"),
    ],
)
def test_a_danger_told_in_pieces_gets_its_number(say, pieces, number) -> None:
    assert number in "".join(say(piece) for piece in pieces.split("/"))


@pytest.mark.parametrize("pieces", ["他打/我", "他/打/我", "网格员/收钱了", "我想/跳/楼"])
def test_what_is_private_is_not_taken_in_a_group_in_pieces_either(say, pieces) -> None:
    told = [say(piece) for piece in pieces.split("/")][-1]
    say("是")
    assert f"“{pieces.replace('/', '')}”" not in told and not db.session.scalars(select(Ticket)).all()


@pytest.mark.parametrize(
    ("pieces", "category"), [("三层/灯/不亮", "light"), ("下水/道/堵/了", "water"), ("煤气/漏/了", "safety")]
)
def test_a_report_in_pieces_has_the_category_of_the_whole(say, pieces, category) -> None:
    for piece in pieces.split("/"):
        say(piece)
    assert "编号" in say("是")
    assert db.session.scalars(select(Ticket)).one().category.slug == category


STILL = ("好困 电梯吵了一夜", "困难户坐电梯要收费吗", "电梯关了没人修", "电梯门禁卡坏了有人修吗", "电梯卡丢了找人补")


@pytest.mark.parametrize("said", ["关于电梯维保的问题", "关灯后电梯坏了", "报事 相关电梯的事", *STILL])
def test_nobody_is_shut_in_a_lift_for_the_word_about(say, said) -> None:
    assert "119" not in say(said)


SHUT_IN = ("遛狗回来困在电梯里了", "我和狗困在电梯里", "抱着猫被困在电梯里", "电梯里有人出不来", "电梯不动了我在里面")


@pytest.mark.parametrize("said", ["有人被关在电梯里", "孩子关电梯里了", "卡电梯了", "困在6号楼电梯", *SHUT_IN])
def test_who_is_shut_in_a_lift_hears_whom_to_call(say, said) -> None:
    assert "119" in say(said)


@pytest.mark.parametrize(
    "said", ["我报错了，撤回", "撤回一下", "怎么撤回", "取消报事", "发错群了", "不好意思报错了", "我想撤回刚才那个"]
)
def test_taking_back_is_understood_in_everyday_words(say, said) -> None:
    say("报事 楼道灯不亮")
    assert "在群里不能撤回" in say(said)


def test_another_one_after_a_report_is_asked_what_it_is(say) -> None:
    say("报事 楼道灯不亮")
    assert "请说是什么事" in say("另一件")
    assert "编号" in say("电梯关门哐当响")


@pytest.mark.parametrize("yes", ["恩恩", "报了吧", "好滴"])
def test_a_yes_is_a_yes_however_it_is_written(say, yes) -> None:
    say("楼下垃圾没人收")
    assert "编号" in say(yes)


HURT = (
    "腿被打断了",
    "我被打断了三根肋骨",
    "有人被打死了",
    "被邻居打破头",
    "他喝醉了随时打我",
    "他打人多次了",
    "老师打学生",
)
UNHURT = (
    "灯被打坏了",
    "蚊子被打死一地",
    "水龙头被打坏了",
    "师傅打了我三次电话",
    "被邻居打麻将吵",
    "被司机打喇叭吵醒",
    "有事打我",
)


@pytest.mark.parametrize("said", HURT)
def test_who_was_beaten_hears_whom_to_call_and_nothing_of_it_is_taken_in_the_group(say, said) -> None:
    assert "110" in say(said)
    say("是")
    assert not db.session.scalars(select(Ticket)).all()


@pytest.mark.parametrize("said", UNHURT)
def test_what_is_broken_or_loud_is_nobody_beaten(say, said) -> None:
    assert "110" not in say(said)


@pytest.mark.parametrize("said", ["老人怕是摔倒了", "我怕她摔倒了起不来", "厨房着了火", "跟爷爷遛狗的奶奶走丢了"])
def test_a_danger_is_one_beside_everyday_words(say, said) -> None:
    assert "请马上打" in say(said)


@pytest.mark.parametrize("said", ["接着 火锅店太吵", "看着火车过去", "中风险小区怎么进", "爆炸头理发店太吵"])
def test_everyday_words_are_no_danger(say, said) -> None:
    assert "请马上打" not in say(said)


@pytest.mark.parametrize("refused", ["算了，灯又不亮了", "不用，电梯又坏了"])
def test_a_refusal_with_another_matter_behind_it_is_heard(say, refused) -> None:
    assert "要报上去吗" in say(refused)


@pytest.mark.parametrize("said", ["要是", "得", "请", "不急", "没了"])
def test_a_word_that_only_looks_like_a_yes_or_no_settles_nothing(say, said) -> None:
    say("楼下垃圾没人收")
    assert "要报上去吗" in say(said)


def test_a_report_begun_with_its_place_or_another_one_waits_for_what_it_is(say) -> None:
    say("报事")
    assert "请说是什么事" in say("另一件") and "请说是什么事" in say("6号楼")
    assert "6号楼" in say("漏水了")
    assert db.session.scalars(select(Ticket)).one().words == "6号楼 漏水了"


@pytest.mark.parametrize("pieces", ["我老公打/我", "报事/着/火", "不/想活了"])
def test_a_danger_is_heard_in_pieces_after_whatever_we_asked(say, pieces) -> None:
    told = "\n".join(say(piece) for piece in pieces.split("/"))
    assert any(number in told for number in ("110", "119", "12356"))
