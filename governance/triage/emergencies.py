"""Dangers that cannot wait, and the numbers to call, which come before everything else in a reply.

A danger never blocks a report. A sign counts where it is said to happen: not in everyday phrases (打人工电话) and
not denied (没着火). What happens to things and bodies also does not count as a fear, a rule or a thing of the past
(怕着火, 禁止, 去年着火).
"""

import re

from governance.triage.crisis import crisis_in
from governance.triage.dangers import DANGERS, Danger
from governance.triage.everyday import DENIED, EVERYDAY, FEARED, FORBIDDEN, NEARLY, TOPIC, WORRIED
from governance.triage.helplines import named
from governance.triage.reading import readings

BEFORE, AFTER = 14, 12


def without_everyday_phrases(words: str) -> list[str]:
    """The readings of the words, without phrases in which a sign means no danger."""
    return [EVERYDAY.sub("　", text) for text in readings(words)]


def dangers(words: str) -> list[Danger]:
    """The dangers that the words say are there, in the order of the table."""
    texts = without_everyday_phrases(words)
    return [danger for danger in DANGERS if any(_is_said(danger, text) for text in texts)]


def _is_said(danger: Danger, text: str) -> bool:
    return any(_happens(danger, text, found) for found in danger.signs.finditer(text))


def _happens(danger: Danger, text: str, found: re.Match[str]) -> bool:
    before, after = text[max(0, found.start() - BEFORE) : found.start()], text[found.end() : found.end() + AFTER]
    if DENIED.search(before) or NEARLY.search(found[0]):
        return False
    if not danger.event:
        return True
    worried = WORRIED.search(before) and not after.startswith("了")  # 怕摔倒; but 怕她摔倒了
    return not (worried or FORBIDDEN.search(before) or FEARED.search(before) or TOPIC.match(after))


def calls_for(words: str) -> str:
    """Whom to call first, one sentence for each danger; empty when the words name none."""
    crisis = crisis_in(words)
    found = dangers(words)
    said = [crisis.call] if crisis else []
    said += [danger.sentence for danger in found if danger.spoken]
    called = dict.fromkeys(number for danger in found if not danger.spoken for number in danger.numbers)
    called = {number: None for number in called if not crisis or number not in crisis.call}
    said += [f"人有危险，请马上打 {'、'.join(map(named, called))}。"] if called else []
    return "\n".join(said)
