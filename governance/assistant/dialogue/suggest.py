"""Plain speech that may be a matter: it is asked about, and done only on a yes."""

from dataclasses import replace

from governance.assistant.dialogue.context import Said
from governance.assistant.dialogue.conversation import MORE, WHETHER
from governance.assistant.dialogue.privacy import apart, in_private, offer
from governance.assistant.dialogue.report import UNKNOWN_PLACE, report, what, which, write_more
from governance.assistant.dialogue.ticket_reference import number_in
from governance.assistant.language.matters import category_of, is_a_matter
from governance.assistant.language.phrases import ASKS, GOES_ON
from governance.assistant.language.place_match import place_meant, unknown
from governance.relay.messages.facts import near_name
from governance.relay.messages.text import plain
from governance.tickets import queries
from governance.tickets.categories import Choice
from governance.tickets.model import Ticket
from governance.triage import emergencies
from governance.triage.category import INFORMS, OTHER, SHORTEST_MATTER, go_together, informs_of_a_thing
from governance.triage.crisis import grave

WHETHER_TO_REPORT = "要报给网格员吗？"
ALSO = "也"
SHOWN = 60  # of what was said, as much as tells which words are meant


def propose(said: Said) -> str:
    """Ask whether it is to be reported, or to be written into the report just made."""
    begun = said.talk.begun
    if begun and said.talk.just_asked and ASKS.search(said.words) and not is_a_matter(said.words):
        return ask_again(said)
    said = _going_on(said)
    return called(said.words, _proposal(said, begun))


def called(words: str, told: str) -> str:
    """Whom to call is said first, once."""
    call = [line for line in emergencies.numbers(words).splitlines() if line not in told]
    return "\n".join([*call, told])


def _proposal(said: Said, begun: str) -> str:
    if said.group is not None and grave(said.words):
        return apart(said)
    category, places = category_of(said.words), said.places
    if category.private and said.group is not None:
        return in_private(said, places[0], category)
    if not places and not grave(said.words):
        return UNKNOWN_PLACE
    if ticket := _belongs_to(said, category):
        return whether_more(said, ticket, said.words)
    if unknown(places, said.words) and not grave(said.words):
        return which(said, said.words)
    left = "" if begun in said.words else f"\n前面的“{plain(begun)}”还没有报，要报请再说一遍。"
    return whether(said, said.words) + _open_already(said, category) + left


def inform(said: Said) -> str:
    """举报: of somebody it is always private, and not taken in a group at all; of a thing, like any other report."""
    words = f"{INFORMS}{said.words}"
    if informs_of_a_thing(words):
        return propose(replace(said, words=words))
    if said.group is not None:
        return in_private(said, said.places[0], category_of(INFORMS))
    return report(replace(said, words=words)) if len(said.words) >= SHORTEST_MATTER else what(said, words)


def whether(said: Said, words: str) -> str:
    """Ask whether these words are to be reported; they are shown, but for words too grave."""
    found = grave(words)
    if found:
        return offer(said, words, found)
    said.talk.ask(WHETHER, words)
    seen = "只有办事的人看得到。" if category_of(words).private else ""
    return f"{WHETHER_TO_REPORT}{seen}回“是”就报上去，回“不用”就算了。\n“{plain(words, SHOWN)}”"


def whether_more(said: Said, ticket: Ticket, words: str) -> str:
    """Ask whether these words belong to the report that was just made."""
    said.talk.ask(MORE, words)
    return f"要写进刚才报的 {ticket.number} 吗？回“是”就写进去；是另一件事，回“另一件”。\n“{plain(words, SHOWN)}”"


def ask_again(said: Said) -> str:
    """The same question once more."""
    words, ticket = said.talk.words or "", said.talk.ticket
    return whether_more(said, ticket, words) if said.talk.question == MORE and ticket else whether(said, words)


def add(said: Said, words: str) -> str:
    """Write it into the report that was just made."""
    said.talk.answered()
    ticket = said.talk.ticket
    if ticket is None:
        return report(replace(said, words=words))
    write_more(said, ticket, words)
    return f"写进 {ticket.number} 了，网格员看得到。"


def _going_on(said: Said) -> Said:
    """With what they point at where they say "so here", else with what we just asked about, unless that is of
    something else; words too grave to be shown are never lost."""
    if ALSO in said.words and _completes(said.words, said.quoted):
        return replace(said, words=f"{said.quoted} {said.words}")
    begun = said.talk.begun
    if len(said.words) >= SHORTEST_MATTER and said.words in begun:
        return replace(said, words=begun)
    together = grave(begun) or (said.talk.just_asked and _goes_on(begun, said.words))
    return replace(said, words=f"{begun} {said.words}".strip()) if together else said


def _goes_on(begun: str, words: str) -> bool:
    """Are the words a detail of what was begun: of no other category, or begun like one, and no question?"""
    return not ASKS.search(words) and bool(GOES_ON.match(words) or go_together(category_of(begun), category_of(words)))


def _completes(words: str, quoted: str) -> bool:
    """Do they leave out what it is about, which is told in the quoted words?"""
    if grave(quoted) or number_in(quoted):
        return False
    return category_of(words).slug == OTHER != category_of(quoted).slug


def _belongs_to(said: Said, category: Choice) -> Ticket | None:
    """The report just made, if this may be more of the same: at that place, and of nothing else."""
    ticket = said.talk.just_reported
    if ticket is None or not ticket.status.open or grave(said.words) or ASKS.search(said.words):
        return None
    names_a_place_alone = category.slug == OTHER
    is_there = names_a_place_alone or place_meant([ticket.place], said.words) == ticket.place
    return ticket if is_there and category.slug in (OTHER, ticket.category.slug) else None


def in_hand(said: Said, category: Choice) -> Ticket | None:
    """What is being dealt with already where these words are about, of this category."""
    place = place_meant(said.places, said.words) if said.places else None
    here = queries.open_here(place, 8) if place and category.slug != OTHER else []
    return next((one for one in here if one.category_id == category.id), None)


def _open_already(said: Said, category: Choice) -> str:
    """One word joins what is in hand already."""
    found = in_hand(said, category)
    if found is None:
        return ""
    said.talk.speak_of(found)
    title = plain(found.public_title, SHOWN)
    return f"\n{near_name(found.place)}已经有一件在办：“{title}”。是同一件就回：我也遇到 {found.number}"
