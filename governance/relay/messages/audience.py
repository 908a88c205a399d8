"""Who hears of an event, and in which words: audiences with a template, less what is private or too small to tell."""

from dataclasses import dataclass

from governance.core.events import Event
from governance.relay.messages.facts import Facts, facts_of
from governance.relay.messages.templates import has_words, render
from governance.relay.model import ALONE, AT_WORK, AUDIENCES
from governance.tickets.lifecycle import BEING_DONE

NEW = ("ticket.report", "ticket.escalate")
PRESSING = "【急】"  # before what staff still have to act on at once; a notice says so itself
DANGER = "ticket.urgent"
UNLISTED = "ticket.unlisted"  # workers' words for what is not public: a link behind the sign-in and nothing else


@dataclass(frozen=True)
class Telling:
    """One event as one audience hears it. An urgent one does not wait for the day's digest."""

    words: str
    link: str
    urgent: bool
    about: tuple[str, int]  # noun and id of the subject; of several lines about one subject the latest is sent
    wide: bool = False  # told to many groups alike
    news: str = ""  # the event's name
    at_work: bool = False
    card: bool = False  # sent as a card of its own where the channel has cards
    picture: str = ""  # the address of a public photo
    drawn: bool = False  # the link is sent as a QR code
    pressing: bool = False  # comes first in a message of several

    @property
    def parts(self) -> tuple[str, tuple[str, ...], str]:
        """The first line, the other lines without the colon that points to the link, and the link."""
        head, *lines = [line for line in self.words.splitlines() if line.strip() and line != self.link]
        return head, (*lines[:-1], *(line.rstrip("：") for line in lines[-1:])), self.link


@dataclass(frozen=True)
class EventTellings:
    """What each audience hears of one event. The facts are read once, so it is good for one transaction."""

    event: Event
    facts: Facts | None
    audiences: tuple[str, ...]  # those that hear of it now

    def is_urgent(self, audience: str) -> bool:
        is_new_report = audience == "workers" and self.event.name == "ticket.report"
        return is_new_report or (self.facts is not None and self.facts.urgent)

    def telling(self, audience: str, heard: bool = False) -> Telling | None:
        """What this audience hears; None where it hears nothing, as of a ticket that has become private.

        `heard`: what is said in the group reaches us, so the words may say what to answer there.
        """
        event, facts, at_work = self.event, self.facts, audience in AT_WORK
        if facts is None or audience not in self.audiences:
            return None
        words = render(audience, UNLISTED if facts.private and at_work else event.name, {**facts.said, "heard": heard})
        return Telling(
            PRESSING + words if at_work and facts.urgent and facts.running else words,
            facts.link,
            self.is_urgent(audience),
            (event.noun, event.subject_id),
            wide=facts.inside,
            news=event.name,
            at_work=at_work,
            card=facts.card,
            picture=facts.picture,
            drawn=facts.drawn,
            pressing=facts.pressing,
        )


def tellings_of(event: Event) -> EventTellings:
    """Decide who hears of the event now. Its facts are read only if any audience has a template for it."""
    wanted = [audience for audience in (*AUDIENCES, *ALONE) if has_words(audience, event.name)]
    facts = facts_of(event) if wanted else None
    hearing = tuple(audience for audience in wanted if facts and _hears(audience, event, facts))
    return EventTellings(event, facts, hearing)


def _hears(audience: str, event: Event, facts: Facts) -> bool:
    if facts.audiences and audience not in facts.audiences:
        return False
    if audience == "workers":
        return not (facts.over and event.name in NEW)  # a report that is closed already needs nobody
    if audience in ALONE:
        return _concerns_one(audience, event, facts)
    if facts.private:
        return False
    if event.name == "ticket.finish":
        return not facts.verified_first
    return event.name != "ticket.join" or is_widely_joined(facts.joined)


def _concerns_one(audience: str, event: Event, facts: Facts) -> bool:
    """Is it still true? A worker hears of a ticket that is done only danger, a resident no start after the end."""
    if audience == "worker":
        return facts.running or event.name == DANGER
    if event.name == "ticket.accept":
        return facts.stage in BEING_DONE
    return not (event.name == "ticket.finish" and facts.verified_first)


def is_widely_joined(count: int) -> bool:
    """True at 5, 10, 20, 50, 100, 200 and so on."""
    digits = str(count)
    return count >= 5 and digits[0] in "125" and not digits[1:].strip("0")
