"""Plain speech that may be a matter: ask whether to report it, and report it only on a yes."""

from dataclasses import replace

from governance.assistant.dialogue.conversation import MORE, WHETHER
from governance.assistant.dialogue.emergency import with_emergency_call
from governance.assistant.dialogue.privacy import (
    is_crisis_in_group,
    offer_crisis_report,
    refer_crisis,
    refer_private_matter,
)
from governance.assistant.dialogue.report import UNKNOWN_PLACE, ask_what, ask_where, file_report
from governance.assistant.dialogue.ticket_reference import number_in
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.matters import category_of, is_a_matter
from governance.assistant.language.phrases import ASKS, GOES_ON
from governance.assistant.language.place_match import foreign_place_name, resolve_place
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import may
from governance.relay.messages.facts import near_name
from governance.relay.messages.text import sanitised
from governance.tickets import queries
from governance.tickets.categories import Choice
from governance.tickets.model import Ticket
from governance.triage.category import INFORMS, OTHER, SHORTEST_MATTER, go_together, informs_of_a_thing
from governance.triage.crisis import crisis_in
from governance.triage.sorting import sort

WHETHER_TO_REPORT = "要报上去吗？"
ALSO = "也"
SHOWN = 60  # characters of the words repeated in a question


def propose_report(turn: Turn) -> str:
    """Ask whether to report these words, or whether to add them to the report just made."""
    open_words = turn.conversation.question_words
    if open_words and turn.conversation.just_asked and ASKS.search(turn.words) and not is_a_matter(turn.words):
        return ask_again(turn)
    turn = _completed(turn)
    return with_emergency_call(turn.words, _proposal(turn, open_words))


def _proposal(turn: Turn, open_words: str) -> str:
    if is_crisis_in_group(turn):
        return refer_crisis(turn)
    category, places = category_of(turn.words), turn.places
    if category.private and turn.group is not None:
        return refer_private_matter(turn, places[0], category)
    if not places and not crisis_in(turn.words):
        return UNKNOWN_PLACE
    if ticket := _report_continued(turn, category):
        return ask_whether_to_add(turn, ticket, turn.words)
    if foreign_place_name(places, turn.words) and not crisis_in(turn.words):
        return ask_where(turn, turn.words)
    dropped = "" if open_words in turn.words else f"\n前面的“{sanitised(open_words)}”还没有报，要报请再说一遍。"
    return ask_whether_to_report(turn, turn.words) + _offer_to_join(turn, category) + dropped


def report_misconduct(turn: Turn) -> str:
    """举报: of a person it is always private and not taken in a group; of a thing it is an ordinary report."""
    words = f"{INFORMS}{turn.words}"
    if informs_of_a_thing(words):
        return propose_report(replace(turn, words=words))
    if turn.group is not None:
        return refer_private_matter(turn, turn.places[0], category_of(INFORMS))
    return file_report(replace(turn, words=words)) if len(turn.words) >= SHORTEST_MATTER else ask_what(turn, words)


def ask_whether_to_report(turn: Turn, words: str) -> str:
    """Open the question WHETHER. It repeats the words, except crisis words."""
    crisis = crisis_in(words)
    if crisis:
        return offer_crisis_report(turn, words, crisis)
    turn.conversation.ask(WHETHER, words)
    readers = "只有办事的人看得到。" if category_of(words).private else ""
    return f"{WHETHER_TO_REPORT}{readers}回“是”就报上去，回“不用”就算了。\n“{sanitised(words, SHOWN)}”"


def ask_whether_to_add(turn: Turn, ticket: Ticket, words: str) -> str:
    """Open the question MORE: do these words belong to the report just made?"""
    turn.conversation.ask(MORE, words)
    return f"要写进刚才报的 {ticket.number} 吗？回“是”就写进去；是另一件事，回“另一件”。\n“{sanitised(words, SHOWN)}”"


def ask_again(turn: Turn) -> str:
    """Repeat the open question WHETHER or MORE."""
    words, ticket = turn.conversation.words or "", turn.conversation.ticket
    if turn.conversation.question == MORE and ticket is not None:
        return ask_whether_to_add(turn, ticket, words)
    return ask_whether_to_report(turn, words)


def _completed(turn: Turn) -> Turn:
    """The turn with the words that complete it: quoted ones after "也", or those our question is about.

    Crisis words of the question are always kept; they are never shown, so nobody could repeat them.
    """
    if ALSO in turn.words and _needs_quoted(turn.words, turn.quoted):
        return replace(turn, words=f"{turn.quoted} {turn.words}")
    open_words = turn.conversation.question_words
    if len(turn.words) >= SHORTEST_MATTER and turn.words in open_words:
        return replace(turn, words=open_words)
    belongs = crisis_in(open_words) or (turn.conversation.just_asked and _is_detail_of(open_words, turn.words))
    return replace(turn, words=f"{open_words} {turn.words}".strip()) if belongs else turn


def _is_detail_of(open_words: str, words: str) -> bool:
    """Are the words a detail of what was said before: no question, and of the same or of no category?"""
    if ASKS.search(words):
        return False
    return bool(GOES_ON.match(words) or go_together(category_of(open_words), category_of(words)))


def _needs_quoted(words: str, quoted: str) -> bool:
    """Do the words lack a category that the quoted words have? Crisis words and tickets are not taken over."""
    if crisis_in(quoted) or number_in(quoted):
        return False
    return category_of(words).slug == OTHER != category_of(quoted).slug


def _report_continued(turn: Turn, category: Choice) -> Ticket | None:
    """The report just made, if these words may continue it: same place, same or no category, no question."""
    ticket = turn.conversation.just_reported
    if ticket is None or not ticket.status.open or crisis_in(turn.words) or ASKS.search(turn.words):
        return None
    names_a_place_alone = category.slug == OTHER
    is_there = names_a_place_alone or resolve_place([ticket.place], turn.words) == ticket.place
    return ticket if is_there and category.slug in (OTHER, ticket.category.slug) else None


def open_ticket_like(turn: Turn, category: Choice) -> Ticket | None:
    """A public open ticket of this category at the place these words are about."""
    place = resolve_place(turn.places, turn.words) if turn.places else None
    open_tickets = queries.open_here(place, 8) if place and category.slug != OTHER else []
    return next((ticket for ticket in open_tickets if ticket.category_id == category.id), None)


def _offer_to_join(turn: Turn, category: Choice) -> str:
    """The sentence that offers to join a similar open ticket; it becomes the ticket mentioned last.

    A danger is never the same as another matter: who meets it is only asked whether to report it.
    """
    if sort(turn.words).urgent:
        return ""
    ticket = open_ticket_like(turn, category)
    if ticket is None:
        return _offer_to_reopen(turn, category)
    turn.conversation.mention(ticket)
    title = sanitised(ticket.public_title, SHOWN)
    return f"\n{near_name(ticket.place)}已经有人报了一件：“{title}”。是同一件就回：我也遇到 {ticket.number}"


def _offer_to_reopen(turn: Turn, category: Choice) -> str:
    """The sentence for who meets what was just said to be finished, and did not report or join it."""
    place = resolve_place(turn.places, turn.words) if turn.places else None
    same = [one for one in queries.finished_at([place.id] if place else []) if one.category_id == category.id]
    if not same or category.slug == OTHER or may(turn.by, "ticket.nudge", same[0]):
        return ""
    title, number = sanitised(same[0].public_title, SHOWN), same[0].number
    offer = _l("刚办完一件“%(title)s”。是同一件、还没好，就回：我也遇到，还没好 %(n)s", title=title, n=number)
    return f"\n{offer.in_chinese}"
