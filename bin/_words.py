"""Checks that every text people read can be extracted for translation.

A Chinese literal in code must stand in `_()`, `_l()` or `ngettext()`, or be the message of a `Problem`; Chinese in a
template must stand in `_()` or `ngettext()`. Docstrings, patterns and what is compared with are no text. Files that
are not done yet stand in bin/words_todo.txt, which may only shrink.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes

CHINESE = re.compile(r"[\u3400-\u9fff]")
FACT = re.compile(r"%\((\w+)\)")
MARKS = {"_": 1, "_l": 1, "gettext": 1, "lazy_gettext": 1, "ngettext": 2}  # how many arguments are texts
EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")
TODO = "bin/words_todo.txt"
DATA = {  # a folder, a file, or one name of a file's own
    "governance/assistant/language/": "what residents say, to be recognised",
    "governance/assistant/transcripts/parse.py": "how chat programs print a transcript",
    "governance/triage/": "what residents say, to be recognised",
    "governance/core/config.py": "names of fields in WeChat's console",
    "governance/demo/": "an invented community, kept in rows",
    "governance/people/access/viewer.py": "who acted, as the record keeps it",
    "governance/discussions/model.py:TAKEN_BACK": "what erasure leaves in rows",
    "governance/people/model.py:LEFT": "a nickname, kept in rows",
    "governance/people/residents/departure.py:NEUTRAL_NAME": "a nickname, kept in rows",
    "governance/people/residents/nicknames.py:NUMERALS": "digits that people write",
    "governance/people/residents/nicknames.py:OFFICES": "words that no nickname may hold",
    "governance/people/staff/bodies.py:KINDS": "kept in rows",
    "governance/relay/model.py:ERASED_WORDS": "what erasure leaves in rows",
    "templates/messages/": "what groups and persons are told, in Chinese whoever acted",
    "governance/tickets/assist.py:HOLDER": "kept in the record",
    "governance/tickets/categories.py:DEFAULTS": "rows of a new deployment",
}

Trouble = tuple[int, str]


class Literals(ast.NodeVisitor):
    """Collects the Chinese literals of a module that cannot be extracted, and the texts that can."""

    def __init__(self, problems: Iterable[str], data: Iterable[str] = ()) -> None:
        self.data = set(data)
        self.marks = MARKS | dict.fromkeys(problems, 1)
        self.troubles: list[Trouble] = []
        self.texts: set[str] = set()

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        if not names & self.data:
            self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """What is compared with is not shown."""
        for side in (node.left, *node.comparators):
            if not all(isinstance(one, ast.Constant) for one in getattr(side, "elts", [side])):
                self.visit(side)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "re":
            return
        texts = node.args[: self.marks.get(name, 0)]
        for text in texts:
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                self.take(text, node)
            else:
                self.visit(text)
        for other in (node.func, *node.args[len(texts) :], *node.keywords):
            self.visit(other)

    def take(self, text: ast.Constant, call: ast.Call) -> None:
        """A text that is extracted; the facts given are those it names."""
        if text.value:
            self.texts.add(text.value)
        given = {keyword.arg for keyword in call.keywords}
        named = set(FACT.findall(text.value))
        if given and None not in given and given != named:
            self.troubles.append((call.lineno, f"the text names {sorted(named)}, given are {sorted(map(str, given))}"))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if any(isinstance(part, ast.Constant) and CHINESE.search(part.value) for part in node.values):
            self.report(node, "an f-string cannot be extracted; put the facts in as %(name)s")
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and CHINESE.search(node.value):
            self.report(node, "is not extracted; write it in _() or _l()")

    def report(self, node: ast.expr, what: str) -> None:
        self.troubles.append((node.lineno, f"{ast.unparse(node)[:60]} {what}"))


class Words:
    """What was found below a root: the troubles of each file and the texts that are extracted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems = problems(root / "governance/core/errors.py")
        self.marked: dict[str, set[str]] = {}
        self.troubles: dict[str, list[Trouble]] = {}

    def read(self) -> None:
        for path in sorted((*self.root.glob("governance/**/*.py"), *self.root.glob("templates/**/*.*"))):
            self.read_file(path)

    def read_file(self, path: Path) -> None:
        name = path.relative_to(self.root).as_posix()
        if not name.startswith(tuple(DATA)):
            of_file = self._of_code(path) if path.suffix == ".py" else of_template(path.read_text(encoding="utf-8"))
            self.troubles[name], self.marked[name] = of_file

    def _of_code(self, path: Path) -> tuple[list[Trouble], set[str]]:
        file = f"{path.relative_to(self.root).as_posix()}:"
        literals = Literals(self.problems, [name.removeprefix(file) for name in DATA if name.startswith(file)])
        literals.visit(ast.parse(path.read_text(encoding="utf-8")))
        return literals.troubles, literals.texts

    def extracted(self) -> set[tuple[str, str]]:
        """What Babel extracts, each with its file."""
        keywords = {name: None if count == 1 else (1, 2) for name, count in MARKS.items()}
        keywords |= dict.fromkeys(self.problems)
        options = {"templates/**": {"extensions": ",".join(EXTENSIONS), "silent": "false"}}
        methods = [("governance/**.py", "python"), ("templates/**", "jinja2.ext:babel_extract")]
        found = extract_from_dir(self.root, methods, options, keywords, directory_filter=is_ours)
        return {(file, text) for file, _, texts, *_ in found for text in ([texts] if isinstance(texts, str) else texts)}


def is_ours(folder: str) -> bool:
    return not Path(folder).name.startswith((".", "__", "var"))


def problems(errors: Path) -> list[str]:
    """The exceptions whose first argument is a message."""
    classes = [node for node in ast.parse(errors.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
    return [one.name for one in classes if one.name not in ("Invalid", "SentBefore")]


def of_template(source: str) -> tuple[list[Trouble], set[str]]:
    tree = Environment(extensions=EXTENSIONS, autoescape=True).parse(source)  # noqa: S701 - it parses, and renders nothing
    calls = [call for call in tree.find_all(nodes.Call) if getattr(call.node, "name", "") in MARKS]
    marked = [arg for call in calls for arg in call.args[: MARKS[call.node.name]] if isinstance(arg, nodes.Const)]
    harmless = {id(side) for compare in tree.find_all(nodes.Compare) for side in compare.iter_child_nodes()}
    harmless |= {id(operand.expr) for operand in tree.find_all(nodes.Operand)} | {id(text) for text in marked}
    bare = [(one.lineno, str(one.value)) for one in tree.find_all(nodes.Const) if id(one) not in harmless]
    bare += [(data.lineno, data.data.strip()) for data in tree.find_all(nodes.TemplateData)]
    troubles = [
        (line, f"{text[:60]!r} is not extracted; write it in _()") for line, text in bare if CHINESE.search(text)
    ]
    return troubles, {text.value for text in marked if isinstance(text.value, str) and text.value}


def troubles(root: Path) -> Iterator[str]:
    words = Words(root)
    words.read()
    todo = (root / TODO).read_text(encoding="utf-8").split()
    for name in todo:
        if not words.troubles.get(name):
            yield f"{name}: {'is done' if name in words.troubles else 'is not there'}; take it off {TODO}"
    for name in words.troubles.keys() - set(todo):
        yield from (f"{name}:{line}: {what}" for line, what in words.troubles[name])
    extracted = words.extracted()
    for name, texts in words.marked.items():
        yield from (f"{name}: Babel does not extract {text!r}" for text in texts if (name, text) not in extracted)


def main(root: Path) -> int:
    found = sorted(troubles(root))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
