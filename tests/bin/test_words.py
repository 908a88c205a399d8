"""The check of texts names what cannot be translated, passes what can, and keeps its list of what is not done true."""

import pytest

from tests.bin.load import BIN, script

words = script("_words")

ERRORS = """class Problem(Exception): ...
class Refused(Problem): ...
class Invalid(Problem): ...
"""
GOOD = '''"""议题: what is talked over."""
LABEL = _l("公开")
PATTERN = re.compile("同意|反对")
def answer(topic, said):
    """答复."""
    if said == "同意" or "反对" in said:
        raise Refused("这个议题%(state)s，不用再答复", state=topic.label)
    raise Invalid({"words": _l("最多 %(count)s 个字", count=40)})
'''
BAD = {
    'raise Refused(f"这个议题{label}，不用再答复")': "an f-string cannot be extracted",
    'raise Invalid({"words": "请写一句"})': "'请写一句' is not extracted",
    'LABELS = {"open": "公开"}': "'公开' is not extracted",
    'raise Refused("这个议题%(state)s" + "，不用再答复")': "is not extracted",
    'raise Refused("现在%(state)s", state="公开")': "'公开' is not extracted",
    'raise Refused("这个议题%(state)s", label=label)': "the text names ['state'], given are ['label']",
    'raise Invalid("请写一句")': "'请写一句' is not extracted",
}
TEMPLATES = {
    '<p title="{{ _("公开") }}">{{ ngettext("%(num)s 条", "%(num)s 条", 2) }}{% if a == "公开" %}{% endif %}</p>': 0,
    "<p>\n公开</p>": 1,
    '{{ "公开" if shown }}': 1,
    "{% set label = '公开' %}{{ label }}": 1,
    '{{ _("公开" if shown else "收起") }}': 1,
}


@pytest.fixture
def check(tmp_path, capsys):
    def written(files: dict[str, str], todo: str = "") -> tuple[int, str]:
        for name, source in {"governance/core/errors.py": ERRORS, "bin/words_todo.txt": todo, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return words.main(tmp_path), capsys.readouterr().out

    return written


def test_what_can_be_extracted_passes(check):
    assert check({"governance/hall.py": GOOD}) == (0, "\n")


@pytest.mark.parametrize(("source", "trouble"), BAD.items(), ids=BAD.values())
def test_a_text_that_cannot_be_extracted_is_named_with_its_line(check, source, trouble):
    status, said = check({"governance/hall.py": f"{GOOD}\n{source}\n"})
    assert status == 1 and said.startswith("governance/hall.py:10: ") and trouble in said


@pytest.mark.parametrize(("source", "status"), TEMPLATES.items(), ids=range(len(TEMPLATES)))
def test_a_template_keeps_to_the_same(check, source, status):
    assert check({"templates/hall.html": source})[0] == status


def test_a_file_on_the_list_may_hold_what_is_not_done(check):
    bad = "\n".join(BAD)
    assert check({"governance/hall.py": bad}, "governance/hall.py\n")[0] == 0
    assert check({"governance/hall.py": GOOD}, "governance/hall.py\n")[1].startswith(
        "governance/hall.py: is done; take"
    )
    assert "governance/gone.py: is not there; take" in check({}, "governance/hall.py\ngovernance/gone.py\n")[1]


def test_what_people_say_is_data_and_no_text(check):
    said = 'OFFICES = ("社区",)\nREASON = "请换一个"\n'
    assert check({"governance/triage/danger.py": said})[0] == 0
    found = check({"governance/people/residents/nicknames.py": said})[1]
    assert "请换一个" in found and "社区" not in found


def test_what_is_marked_as_data_is_there():
    for name in words.DATA:
        file, _, constant = name.partition(":")
        path = BIN.parent / file
        assert path.exists() and (not constant or f"\n{constant}" in path.read_text())


def test_the_list_names_files_that_are_not_done_in_order():
    todo = (BIN.parent / words.TODO).read_text().splitlines()
    assert todo == sorted(set(todo))
    found = words.Words(BIN.parent)
    for name in todo:
        found.read_file(BIN.parent / name)
    assert [name for name in todo if not found.troubles.get(name)] == []
