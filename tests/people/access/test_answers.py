"""Every route, method and kind of person against the table in expected_answers.txt, for own, foreign and missing."""

import pytest

from governance.core.db import writing
from governance.discussions import contributions
from governance.people.access.viewer import Viewer
from tests.people.access import hall_makers
from tests.people.access.walking import WHOSE, Line, Walk, answers, filled, letter, look, reading, table

OTHER_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WHOLE_ON = "sqlite"  # who gets which answer is decided above the database; with --faults on both
LINES = answers()


@pytest.fixture(scope="module")
def walk(shared_world) -> Walk:
    return Walk(*shared_world)


def routes(walk: Walk) -> set[tuple[str, str]]:
    """Every method of every rule the application answers to."""
    rules = walk.app.url_map.iter_rules()
    return {
        (method, rule.rule.replace(" ", ""))
        for rule in rules
        for method in (rule.methods or ())
        if method not in ("HEAD", "OPTIONS")
    }


def test_the_table_has_a_line_for_every_route_and_no_other(walk) -> None:
    written = {(line.method, line.rule) for line in LINES}
    assert {"without a line": routes(walk) - written, "without a route": written - routes(walk)} == {
        "without a line": set(),
        "without a route": set(),
    }


def test_no_line_is_written_twice() -> None:
    assert len({str(line) for line in table()}) == len(table())


@pytest.mark.parametrize("line", LINES, ids=str)
def test_each_answer_is_the_one_expected(walk, line: Line) -> None:
    assert [str(wrong) for wrong in walk.line(line)] == []


@pytest.mark.mainly_on("sqlite")
def test_methods_a_route_does_not_have_are_refused_to_everybody(walk) -> None:
    known = routes(walk)
    for line in {line.rule: line for line in LINES}.values():
        given = walk.makers.arguments("grid", "own", line.variant, line.wanted, False)
        for method in OTHER_METHODS:
            if (method, line.rule) in known:
                continue
            address = filled(line.address, given)
            got = {walk.send(name, method, address, Accept="application/json").status_code for name in line.cells}
            assert (method, line.rule, got) == (method, line.rule, {405})


@pytest.mark.mainly_on("sqlite")
def test_head_tells_no_more_than_get(walk) -> None:
    for line in (line for line in LINES if line.method == "GET" and "key" not in line.variant):
        walk.forget_limits()
        for name, cell in line.cells.items():
            given = walk.makers.arguments(name, "own", line.variant, line.wanted, False)
            answer = walk.send(name, "HEAD", filled(line.address, given), variant=line.variant)
            assert (str(line), name, letter(answer)) == (str(line), name, cell[0])
            assert answer.data == b""


CANARIES = {
    "checked words": ("看过的话甲乙", ("public",)),
    "unchecked words": ("没看过的话丙丁", ("unchecked",)),
    "hidden words": ("没公开的话壬癸", ("hidden",)),
    "private words": ("不公开的话戊己", ("private",)),
    "foreign private words": ("远处的话庚辛", ("private",)),
    "contact in full": ("13912345678", ()),
    "contact masked": ("139****5678", ()),
}


HALL_CANARIES = {
    "proposed title": "提的议题壬癸",
    "foreign proposed title": "远处议题子丑",
    "waiting words": "等着看的寅卯",
    "words taken off": "收起来的辰巳",
    "why hidden": "收起原因午未",
    "an objection": "举报的话申酉",
    "an appeal": "申诉的话戌亥",
}


@pytest.mark.mainly_on("sqlite")
def test_nobody_reads_what_is_not_for_them(walk) -> None:
    """Opens every page as everybody, with a ticket and a topic of each kind about, and looks for their words."""
    pages = _pages(walk)
    for audience in walk.audiences:
        walk.forget_limits()
        text = "".join(walk.send(audience, "GET", page).get_data().decode(errors="replace") for page in pages)
        words_of = {name: words for name, (words, _) in CANARIES.items()} | HALL_CANARIES
        read = {name for name, words in words_of.items() if words in text}
        allowed = {name for name, cells in reading().items() if cells[audience] == "+"}
        assert (audience, read) == (audience, allowed)


def _pages(walk: Walk) -> list[str]:
    refs = [
        walk.makers.ticket(not name.startswith("foreign"), *variant, words=words).ref
        for name, (words, variant) in CANARIES.items()
        if variant
    ]
    pages = ["/me", "/desk/topics", *(address for ref in refs for address in (f"/t/{ref}", f"/t/{ref}/record"))]
    pages += [f"/topics/{ref}{page}" for ref in _topics(walk) for page in ("", "/say", "/record")]
    pages += [f"/desk?tab={tab}" for tab in ("new", "mine", "due", "late", "all")]
    for line in (line for line in LINES if line.method == "GET" and line.wanted and "key" not in line.variant):
        for whose in ("own", "foreign"):
            pages.append(filled(line.address, walk.makers.arguments("grid", whose, line.variant, line.wanted, False)))
    return pages


def _topics(walk: Walk) -> list[str]:
    """Two proposals, and a topic in which words wait, are hidden, objected to and appealed."""
    author = walk.audiences["repo"].person_id
    proposed = [
        walk.makers.topic(whose == "own", "proposed", title=HALL_CANARIES[name]).ref
        for whose, name in (("own", "proposed title"), ("foreign", "foreign proposed title"))
    ]
    open_ = walk.makers.topic(True)
    hall_makers.spoken(open_, ("waiting",), author, HALL_CANARIES["waiting words"])
    hidden = hall_makers.spoken(open_, ("hidden",), author, HALL_CANARIES["words taken off"])
    shown = hall_makers.spoken(open_, (), author)
    with writing():
        contributions.flag(shown, Viewer(person_id=walk.audiences["join"].person_id), HALL_CANARIES["an objection"])
        hidden.reason, hidden.appeal = HALL_CANARIES["why hidden"], HALL_CANARIES["an appeal"]
    return [*proposed, open_.ref]


def test_answers_that_differ_by_a_word_do_not_look_alike(walk) -> None:
    line = next(line for line in LINES if str(line) == "GET /c/<code>")
    answers = [walk.ask(line, "devi", whose, "o") for whose in WHOSE]
    assert len({look(answer, given) for answer, given, _ in answers}) == 3
