"""Message templates: an event is told to an audience if templates/messages holds a file for both."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.exceptions import TemplateNotFound

from governance.core.config import ROOT
from governance.relay.messages.text import LINE_LONGEST, sanitised

FOLDER = ROOT / "templates" / "messages"

# Plain text, not HTML: every value goes through `plain`.
_words = Environment(loader=FileSystemLoader(FOLDER), autoescape=False, undefined=StrictUndefined)  # noqa: S701 # nosec B701
_words.trim_blocks = _words.lstrip_blocks = True


def has_words(audience: str, name: str) -> bool:
    """Is this event (`noun.verb`) told to this audience: does its template exist?"""
    try:
        _words.get_template(f"{audience}/{name}.txt")
    except TemplateNotFound:
        return False
    return True


def render(audience: str, name: str, facts: Mapping[str, Any]) -> str:
    """The words of one event. Text among the facts is made plain, however it was meant; links are ours and stay."""
    safe = {key: _safe(fact) if key != "link" else fact for key, fact in facts.items()}
    return _words.get_template(f"{audience}/{name}.txt").render(safe).strip()


def _safe(fact: Any) -> Any:
    if isinstance(fact, str):
        return sanitised(fact)
    return [sanitised(line, LINE_LONGEST) for line in fact] if isinstance(fact, tuple) else fact
