"""Plain speech that may be a matter: it is asked about, and done only on a yes."""

from dataclasses import replace

from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import MORE, WHETHER
from governance.assistant.dialogue.privacy import apart, in_private, offer
from governance.assistant.dialogue.report import UNKNOWN_PLACE, file_report, what, which, write_more
from governance.assistant.dialogue.ticket_reference import number_in
from governance.assistant.language.matters import category_of, is_a_matter
from governance.assistant.language.phrases import ASKS, GOES_ON
from governance.assistant.language.place_match import place_meant, unknown
from governance.relay.messages.facts import near_name
from governance.relay.messages.text import sanitised
from governance.tickets import queries
from governance.tickets.categories import Choice
from governance.tickets.model import Ticket
from governance.triage import emergencies
from governance.triage.category import INFORMS, OTHER, SHORTEST_MATTER, go_together, informs_of_a_thing
from governance.triage.crisis import grave

WHETHER_TO_REPORT = "要报给网格员吗？"
ALSO = "也"
SHOWN = 60  # of what was said, as much as tells which words are meant


def propose(turn: Turn) -> str:
    """Ask whether it is to be reported, or to be written into the report just made."""
    begun = turn.conversation.begun
    if begun and turn.conversation.just_asked and ASKS.search(turn.words) and not is_a_matter(turn.words):
        return ask_again(turn)
    turn = _going_on(turn)
    return called(turn.words, _proposal(turn, begun))


def called(words: str, reply: str) -> str:
    """Whom to call is said first, once."""
    call = [line for line in emergencies.numbers(words).splitlines() if line not in reply]
    return "\n".join([*call, reply])


def _proposal(turn: Turn, begun: str) -> str:
    if turn.group is not None and grave(turn.words):
        return apart(turn)
    category, places = category_of(turn.words), turn.places
    if category.private and turn.group is not None:
        return in_private(turn, places[0], category)
    if not places and not grave(turn.words):
        return UNKNOWN_PLACE
    if ticket := _belongs_to(turn, category):
        return whether_more(turn, ticket, turn.words)
    if unknown(places, turn.words) and not grave(turn.words):
        return which(turn, turn.words)
    left = "" if begun in turn.words else f"\n前面的“{sanitised(begun)}”还没有报，要报请再说一遍。"
    return whether(turn, turn.words) + _open_already(turn, category) + left


def inform(turn: Turn) -> str:
    """举报: of somebody it is always private, and not taken in a group at all; of a thing, like any other report."""
    words = f"{INFORMS}{turn.words}"
    if informs_of_a_thing(words):
        return propose(replace(turn, words=words))
    if turn.group is not None:
        return in_private(turn, turn.places[0], category_of(INFORMS))
    return file_report(replace(turn, words=words)) if len(turn.words) >= SHORTEST_MATTER else what(turn, words)


def whether(turn: Turn, words: str) -> str:
    """Ask whether these words are to be reported; they are shown, but for words too grave."""
    found = grave(words)
    if found:
        return offer(turn, words, found)
    turn.conversation.ask(WHETHER, words)
    seen = "只有办事的人看得到。" if category_of(words).private else ""
    return f"{WHETHER_TO_REPORT}{seen}回“是”就报上去，回“不用”就算了。\n“{sanitised(words, SHOWN)}”"


def whether_more(turn: Turn, ticket: Ticket, words: str) -> str:
    """Ask whether these words belong to the report that was just made."""
    turn.conversation.ask(MORE, words)
    return f"要写进刚才报的 {ticket.number} 吗？回“是”就写进去；是另一件事，回“另一件”。\n“{sanitised(words, SHOWN)}”"


def ask_again(turn: Turn) -> str:
    """The same question once more."""
    words, ticket = turn.conversation.words or "", turn.conversation.ticket
    return whether_more(turn, ticket, words) if turn.conversation.question == MORE and ticket else whether(turn, words)


def add(turn: Turn, words: str) -> str:
    """Write it into the report that was just made."""
    turn.conversation.answered()
    ticket = turn.conversation.ticket
    if ticket is None:
        return file_report(replace(turn, words=words))
    write_more(turn, ticket, words)
    return f"写进 {ticket.number} 了，网格员看得到。"


def _going_on(turn: Turn) -> Turn:
    """With what they point at where they say "so here", else with what we just asked about, unless that is of
    something else; words too grave to be shown are never lost."""
    if ALSO in turn.words and _completes(turn.words, turn.quoted):
        return replace(turn, words=f"{turn.quoted} {turn.words}")
    begun = turn.conversation.begun
    if len(turn.words) >= SHORTEST_MATTER and turn.words in begun:
        return replace(turn, words=begun)
    together = grave(begun) or (turn.conversation.just_asked and _goes_on(begun, turn.words))
    return replace(turn, words=f"{begun} {turn.words}".strip()) if together else turn


def _goes_on(begun: str, words: str) -> bool:
    """Are the words a detail of what was begun: of no other category, or begun like one, and no question?"""
    return not ASKS.search(words) and bool(GOES_ON.match(words) or go_together(category_of(begun), category_of(words)))


def _completes(words: str, quoted: str) -> bool:
    """Do they leave out what it is about, which is told in the quoted words?"""
    if grave(quoted) or number_in(quoted):
        return False
    return category_of(words).slug == OTHER != category_of(quoted).slug


def _belongs_to(turn: Turn, category: Choice) -> Ticket | None:
    """The report just made, if this may be more of the same: at that place, and of nothing else."""
    ticket = turn.conversation.just_reported
    if ticket is None or not ticket.status.open or grave(turn.words) or ASKS.search(turn.words):
        return None
    names_a_place_alone = category.slug == OTHER
    is_there = names_a_place_alone or place_meant([ticket.place], turn.words) == ticket.place
    return ticket if is_there and category.slug in (OTHER, ticket.category.slug) else None


def in_hand(turn: Turn, category: Choice) -> Ticket | None:
    """What is being dealt with already where these words are about, of this category."""
    place = place_meant(turn.places, turn.words) if turn.places else None
    here = queries.open_here(place, 8) if place and category.slug != OTHER else []
    return next((one for one in here if one.category_id == category.id), None)


def _open_already(turn: Turn, category: Choice) -> str:
    """One word joins what is in hand already."""
    found = in_hand(turn, category)
    if found is None:
        return ""
    turn.conversation.speak_of(found)
    title = sanitised(found.public_title, SHOWN)
    return f"\n{near_name(found.place)}已经有一件在办：“{title}”。是同一件就回：我也遇到 {found.number}"
