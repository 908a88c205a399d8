"""Message templates. An event is told to an audience if `templates/messages/<audience>/<event name>.txt` exists."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from governance.core.config import ROOT
from governance.relay.messages.text import LINE_LONGEST, sanitised

FOLDER = ROOT / "templates" / "messages"

# Plain text, not HTML: every value goes through `sanitised`.
_words = Environment(loader=FileSystemLoader(FOLDER), autoescape=False, undefined=StrictUndefined)  # noqa: S701 # nosec B701
_words.trim_blocks = _words.lstrip_blocks = True


def audiences_and_names(folder: Path = FOLDER) -> frozenset[tuple[str, str]]:
    """Each audience and event name for which this folder holds a template."""
    return frozenset((file.parent.name, file.stem) for file in folder.glob("*/*.txt"))


_TOLD = audiences_and_names()  # read once: a process tells what its templates said at start


def has_words(audience: str, name: str) -> bool:
    """Is this event (`noun.verb`) told to this audience: did its template exist at start?"""
    return (audience, name) in _TOLD


def render(audience: str, name: str, facts: Mapping[str, Any]) -> str:
    """The words of one event. Every text among the facts is sanitised, except `link`, which is our own address.

    `heard` says whether what is answered there reaches us; where it is not given it does not.
    """
    safe = {key: _safe(fact) if key != "link" else fact for key, fact in facts.items()}
    return _words.get_template(f"{audience}/{name}.txt").render({"heard": False} | safe).strip()


def _safe(fact: Any) -> Any:
    if isinstance(fact, str):
        return sanitised(fact)
    return [sanitised(line, LINE_LONGEST) for line in fact] if isinstance(fact, tuple) else fact
