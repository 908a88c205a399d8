"""What a group does not discuss: crisis words and private categories. The reply says how to report them privately."""

from flask import current_app

from governance.assistant.dialogue.conversation import WHETHER
from governance.assistant.dialogue.turn import Turn
from governance.core.translation import LazyText as _l
from governance.places.model import Place
from governance.relay.messages.facts import scan_page
from governance.tickets.categories import Choice
from governance.triage.category import IN_OFFICE
from governance.triage.crisis import DESPAIR, Crisis, crisis_in

TICK = "扫楼里的码，勾上“不公开”，只有办事的人看得到"
HELP = "这类事不在群里说。想要社区帮忙，"
COMPANY = "别自己扛着，社区的人愿意过来陪着说说话、一起想办法。群里人多，"
BY_THEM = "报到这里的事，管这片的人都看得到。说的就是他们，请直接打 110；是党员、干部的，也可以打 12388 举报。"


def is_crisis_in_group(turn: Turn) -> bool:
    return turn.group is not None and crisis_in(turn.words) is not None


def refer_crisis(turn: Turn) -> str:
    """Crisis words said in a group are neither taken nor quoted. The question and the waiting photos are dropped."""
    turn.conversation.discard()
    if IN_OFFICE.search(turn.words):
        return f"这类事不在群里说。{BY_THEM}"
    link = scan_page(turn.places[0]) if turn.places else ""
    account = "；也可以单独跟我们的公众号说" if current_app.extensions["settings"].wechat_app_id else ""
    is_despair = crisis_in(turn.words) is DESPAIR
    how = _l("%(words)s请%(tick)s%(account)s。", words=COMPANY if is_despair else HELP, tick=TICK, account=account)
    return "\n".join(line for line in (how.in_chinese, link) if line)


def refer_private_matter(turn: Turn, place: Place, category: Choice) -> str:
    """A matter of a private category is not taken in a group. The question and the waiting photos are dropped."""
    turn.conversation.discard()
    link = scan_page(place)
    where = (
        f"请扫楼里的码，或点开单独报，只有办事的人看得到：\n{link}"
        if link
        else "请扫楼里的码单独报，只有办事的人看得到。"
    )
    return f"{competent_authority(category)}这类事不在群里说。{where}"


def competent_authority(category: Choice) -> str:
    """The sentence that names the authority to call first, for a category that is not ours to handle."""
    return f"{category.elsewhere}。\n" if category.elsewhere else ""


def may_report_crisis(turn: Turn, words: str) -> bool:
    """The workers of the place read such a report, so it is not offered when the words accuse one of them."""
    return bool(turn.places) and not IN_OFFICE.search(words)


def offer_crisis_report(turn: Turn, words: str, crisis: Crisis) -> str:
    """Say whom to call, then offer to report the words without repeating them. In a private conversation only."""
    if may_report_crisis(turn, words):
        turn.conversation.ask(WHETHER, words)
        return f"{crisis.call}\n{crisis.offer}"
    turn.conversation.discard()
    return f"{crisis.call}\n{BY_THEM if turn.places else f'想要社区帮忙，请{TICK}。'}"
