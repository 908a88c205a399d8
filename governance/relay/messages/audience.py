"""Who hears of an event: the audiences with words for it, less what is private, unripe or too small to tell."""

from dataclasses import dataclass

from governance.core.events import Event
from governance.relay.messages.facts import Facts, facts_of
from governance.relay.messages.templates import has_words, render
from governance.relay.model import ALONE, AT_WORK, AUDIENCES
from governance.tickets.lifecycle import ACCEPTED, DISPATCHED, IN_PROGRESS, ON_HOLD

BEING_DONE = (ACCEPTED, DISPATCHED, IN_PROGRESS, ON_HOLD)
PRESSING = "【急】"  # before what staff still have to act on at once; a notice says so itself
UNLISTED = "ticket.unlisted"  # workers' words for what is not public: a link behind the sign-in and nothing else


@dataclass(frozen=True)
class Telling:
    """One event as one audience hears it. An urgent one is not left to the day's digest."""

    words: str
    link: str
    urgent: bool
    about: tuple[str, int]  # of several lines about the same, only the latest is worth saying
    wide: bool = False  # told to many groups alike
    news: str = ""  # the event's name
    at_work: bool = False
    card: bool = False  # worth a card of its own where a channel can show one
    picture: str = ""  # the address of a public photo of it
    drawn: bool = False  # the link is to be seen, as a QR code
    pressing: bool = False  # comes first in a message of several

    @property
    def parts(self) -> tuple[str, tuple[str, ...], str]:
        """Its first line, the others without the colon that points to a link, and the link."""
        head, *lines = [line for line in self.words.splitlines() if line.strip() and line != self.link]
        return head, (*lines[:-1], *(line.rstrip("：") for line in lines[-1:])), self.link


def hearers(event: Event) -> tuple[str, ...]:
    """The audiences this event is told to, now."""
    wanted = [audience for audience in (*AUDIENCES, *ALONE) if has_words(audience, event.name)]
    facts = facts_of(event) if wanted else None
    return tuple(audience for audience in wanted if facts and _hears(audience, event, facts))


def _hears(audience: str, event: Event, facts: Facts) -> bool:
    if facts.only and audience not in facts.only:
        return False
    if audience == "workers":
        return not (facts.over and event.name == "ticket.report")  # nobody is asked to look at what is over
    if audience in ALONE:
        return _concerns_one(audience, event, facts)
    if facts.private:
        return False
    if event.name == "ticket.finish":
        return not facts.verified_first
    return event.name != "ticket.join" or is_widely_joined(facts.said["joined"])


def _concerns_one(audience: str, event: Event, facts: Facts) -> bool:
    """What is still so: nobody is reminded of what somebody has done meanwhile, or told it begins when it is done."""
    if audience == "worker":
        return facts.running
    if event.name == "ticket.accept":
        return facts.stage in BEING_DONE
    return not (event.name == "ticket.finish" and facts.verified_first)


def is_widely_joined(count: int) -> bool:
    """At 5, and then at 10, 20, 50, 100 and so on."""
    digits = str(count)
    return count >= 5 and digits[0] in "125" and not digits[1:].strip("0")


def telling(event: Event, audience: str) -> Telling | None:
    """What this audience is told, judged anew: what has become private since is not told any more."""
    if audience not in hearers(event):
        return None
    facts = facts_of(event)
    if facts is None:
        return None
    urgent = facts.urgent or (audience == "workers" and event.name == "ticket.report")
    name = UNLISTED if facts.private and audience in AT_WORK else event.name
    words, about = render(audience, name, facts.said), (event.noun, event.subject_id)
    if audience in AT_WORK and facts.urgent and facts.running:
        words = PRESSING + words
    return Telling(
        words,
        facts.said.get("link", ""),
        urgent,
        about,
        wide=facts.below,
        news=event.name,
        at_work=audience in AT_WORK,
        card=facts.card,
        picture=facts.picture,
        drawn=facts.drawn,
        pressing=facts.pressing,
    )
