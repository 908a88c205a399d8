"""The table of recognisers: names are unique, and every row is the first that matches its example."""

from typing import NamedTuple

import pytest
from sqlalchemy import select

from governance.assistant.dialogue.conversation import Conversation, conversation_with
from governance.assistant.dialogue.quoted import separate_quoted
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.dialogue.recognisers import RECOGNISERS, recognise
from governance.assistant.dialogue.reply import reply_to
from governance.assistant.dialogue.turn import Turn
from governance.core.db import db, now, writing
from governance.people.access.viewer import NOBODY, Viewer
from governance.relay.model import Group
from governance.tickets.actions import apply_move
from governance.tickets.model import Ticket
from tests.assistant.bot import bind_bot


class Example(NamedTuple):
    """`said` after the turns `before`, in a group or `alone`. {number} is the ticket reported before, {code} a code."""

    said: str
    before: tuple[str, ...] = ()
    alone: bool = False
    worker: str = ""
    quoted: str = ""
    shots: tuple[bytes, ...] = ()


LIGHT, REPORTED = "楼道灯一直不亮", "报事 楼道灯不亮"
FINISHED = "（办结）"  # not said: a worker finishes the ticket
DONE = (REPORTED, FINISHED)
EXAMPLES = {
    "crisis_in_group": Example("我不想活了"),
    "workload": Example("今天", alone=True, worker="gao"),
    "own_ticket": Example("进度 {number}", ("报事 5号楼楼道灯不亮",), alone=True, worker="gao"),
    "photos_alone": Example("", shots=(b"a photo",)),
    "report_quoted": Example("报一下", quoted="楼下垃圾没人收"),
    "no_to_report": Example("不用了", (LIGHT,)),
    "another_to_report": Example("另一件", (LIGHT,)),
    "yes_to_report": Example("是", (LIGHT,)),
    "another_to_more": Example("另一件", (REPORTED, "在三楼拐角")),
    "no_to_more": Example("不用", (REPORTED, "在三楼拐角")),
    "yes_to_more": Example("是", (REPORTED, "在三楼拐角")),
    "which": Example("{number}", (*DONE, "报事 门禁坏了", FINISHED, "没解决")),
    "solved_or_not": Example("好了", (*DONE, "4分")),
    "score": Example("4", (*DONE, "好了")),
    "command 报事": Example(REPORTED),
    "command 投诉": Example("投诉 楼上太吵"),
    "command 举报": Example("举报占道停车"),
    "command 进度": Example("进度 {number}", (REPORTED,)),
    "command 查进度": Example("查进度"),
    "command 撤回": Example("撤回"),
    "command 我也遇到，还没好": Example("我也遇到，还没好 {number}", (REPORTED,)),
    "command 我也遇到": Example("我也遇到 {number}", (REPORTED,)),
    "command 催办": Example("催办 {number}", (REPORTED,)),
    "command 解决了": Example("解决了 {number} 4分", DONE),
    "command 没解决": Example("没解决", DONE),
    "command 再看看": Example("再看看 {number} 就在院里", (REPORTED,)),
    "command 议题": Example("议题"),
    "command 同意": Example("同意 12"),
    "command 反对": Example("反对 12"),
    "command 无所谓": Example("无所谓 12"),
    "command 帮助": Example("帮助"),
    "answer_by_number": Example("{number}还没修好", DONE),
    "plain_answer": Example("还是不亮", DONE),
    "overtaken_answer": Example("好了", (*DONE, "没解决")),
    "wish_before_report": Example("修好了吗", (LIGHT,)),
    "wish_to_nudge": Example("帮我催催{number}", (REPORTED,)),
    "wish_to_join": Example("我家也是"),
    "wish_for_progress": Example("{number}怎么还没修", (REPORTED,)),
    "progress_of_open_matter": Example("楼道灯啥时候能修好啊", (REPORTED,)),
    "thanks": Example("太感谢了，修得真快"),
    "parting": Example("收到"),
    "phone": Example("网格员电话多少"),
    "outage": Example("停水多久"),
    "no_messages": Example("退订"),
    "greeting": Example("大家早上好"),
    "how_to": Example("怎么报事"),
    "no_to_detail": Example("不报了", ("报事",)),
    "empty_what": Example("是", ("报事",)),
    "what": Example("漏水了", ("报事",)),
    "where": Example("5号楼", ("报事 9号院的灯不亮",)),
    "code": Example("{code}", alone=True),
    "number": Example("13-4"),
    "withdrawal": Example("发错群了"),
    "no_after_report": Example("不用", (REPORTED,)),
    "stray_no": Example("不用"),
    "another": Example("另一件"),
    "perhaps_a_matter": Example("楼下垃圾没人收"),
    "neither_yes_nor_no": Example("😂", (LIGHT,)),
    "stray_yes": Example("好的"),
    "last_piece": Example("不亮", ("三层", "灯")),
    "unclear": Example("三层"),
}


@pytest.fixture
def turn(cast):
    """Says the turns before an example and returns the turn of the example, not yet answered."""
    by = Viewer(person_id=cast.known("爱种花的").person_id)

    def begin(said: str, example: Example, group: Group | None) -> Turn:
        count = len(db.session.scalars(select(ReceivedMessage.id)).all())
        names = {"robot": "r", "message_id": f"m{count}", "group_id": group.id if group else None}
        message = ReceivedMessage(**names, person_id=by.person_id, text=said, at=now())
        db.session.add(message)
        db.session.flush()
        room = f"group:{group.id}" if group else "app"
        worker = cast.viewer(example.worker) if example.worker else NOBODY
        conversation = conversation_with(by.person_id, room)
        return separate_quoted(Turn(message, group, by, said, conversation, worker, example.quoted, example.shots))

    def make(example: Example) -> Turn:
        group = None if example.alone else bind_bot(cast)
        with writing():
            for said in example.before:
                if said == FINISHED:
                    _finish(cast)
                    continue
                earlier = begin(said, example._replace(quoted="", shots=()), group)
                earlier.message.reply = reply_to(earlier)
            ticket = db.session.scalars(select(Ticket)).first()
            numbers = {"number": ticket.number if ticket else "", "code": cast.codes["5号楼"]}
            return begin(example.said.format(**numbers), example, group)

    return make


def _finish(cast) -> None:
    """Finish the latest ticket; half an hour passes, so that none counts as mentioned just now."""
    ticket = db.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
    apply_move(ticket, "finish", cast.viewer("gao"), {"note": "修了"})
    for conversation in db.session.scalars(select(Conversation)):
        conversation.mentioned_at = conversation.reported_at = None


def test_names_are_unique_and_each_has_an_example():
    names = [row.name for row in RECOGNISERS]
    assert len(set(names)) == len(names) and names == list(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_first_row_that_matches_an_example_is_its_own(turn, name):
    example = turn(EXAMPLES[name])
    before = (example.conversation.question, example.conversation.waiting_photos)
    assert recognise(example).name == name
    assert (example.conversation.question, example.conversation.waiting_photos) == before and not db.session.dirty


def test_crisis_words_in_a_group_come_before_everything_else():
    assert RECOGNISERS[0].name == "crisis_in_group"


@pytest.mark.parametrize("name", ["report_quoted", "command 议题", "wish_to_join", "thanks", "what", "unclear"])
def test_a_danger_beside_an_example_is_answered_with_its_number_first(turn, name):
    example = EXAMPLES[name]
    said = f"{example.said}，着火了"
    with writing():
        assert "119" in reply_to(turn(example._replace(said=said))).splitlines()[0]
