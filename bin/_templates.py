"""Checks every template: it parses, it needs nothing our strict CSP forbids, and it names no state.

What is left to the tests: that a page renders, and that its words are right.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

AUDIENCES = {"workers", "residents", "worker", "resident"}
MESSAGE_NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*\.txt")
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
DATA_BLOCKS = {"application/json", "application/ld+json"}
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)

Trouble = tuple[int, str]


class Markup(HTMLParser):
    """Collects what a browser would refuse to run or apply under the CSP. What lies in a <template> is not applied."""

    def __init__(self) -> None:
        super().__init__()
        self.troubles: list[Trouble] = []
        self.laid_by = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") not in DATA_BLOCKS:
            self.report("inline script")
        self.laid_by += tag == "template"
        if tag == "style" and not self.laid_by:
            self.report("inline <style>")
        for name, value in attrs:
            self.check_attribute(name, value or "")

    def handle_endtag(self, tag: str) -> None:
        self.laid_by -= tag == "template"

    def check_attribute(self, name: str, value: str) -> None:
        if name == "style":
            self.report("style= attribute")
        if re.fullmatch(r"on[a-z]+", name):
            self.report(f"{name}= handler")
        if value.strip().lower().startswith("javascript:"):
            self.report("javascript: address")

    def report(self, what: str) -> None:
        self.troubles.append((self.getpos()[0], what))


def blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def markup_troubles(source: str) -> list[Trouble]:
    markup = Markup()
    markup.feed(JINJA.sub(blank, source))
    markup.close()
    return markup.troubles


def is_state(node: nodes.Node) -> bool:
    name = getattr(node, "attr", None) or getattr(node, "name", None)
    return isinstance(name, str) and (name == "state" or name.endswith("_state"))


def is_written_out(node: nodes.Node) -> bool:
    inside = node.items if isinstance(node, nodes.List | nodes.Tuple) else [node]
    return any(isinstance(item, nodes.Const) and isinstance(item.value, str) for item in inside)


def state_troubles(tree: nodes.Template) -> Iterator[Trouble]:
    for compare in tree.find_all(nodes.Compare):
        sides = [compare.expr, *(operand.expr for operand in compare.ops)]
        if any(map(is_state, sides)) and any(map(is_written_out, sides)):
            yield compare.lineno, "compares a state with a name; ask for a label or the open moves instead"


def message_troubles(path: Path) -> Iterator[Trouble]:
    audience, *rest = path.parts
    if audience not in AUDIENCES or len(rest) != 1 or not MESSAGE_NAME.fullmatch(path.name):
        yield 1, "a message is messages/<workers|residents|worker|resident>/<noun>.<verb>.txt"


def troubles(folder: Path, path: Path) -> Iterator[Trouble]:
    source = path.read_text(encoding="utf-8")
    if path.is_relative_to(folder / "messages"):
        yield from message_troubles(path.relative_to(folder / "messages"))
    try:
        tree = ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        yield error.lineno, str(error.message)
        return
    yield from state_troubles(tree)
    if path.suffix in {".html", ".svg"}:
        yield from markup_troubles(source)


def main(folder: Path) -> int:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    found = [f"{path}:{line}: {what}" for path in paths for line, what in troubles(folder, path)]
    print("\n".join(found) or f"{len(paths)} templates")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
