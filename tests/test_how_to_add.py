"""README's "How to add …", done: in a copy of the program, and looked at with the program's own tests.

What is added to the copy is all that README names; everything else stays as it is, the schema too.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from governance.core.config import ROOT

STATE = """
    TicketState(
        "to_assess",
        _l("待评估"),
        now=_l("请懂行的人来看看要怎么办"),
        next=_l("看完就告诉您办不办"),
        waits_for=OFFICE,
        listed=True,
        running=True,
    ),
"""
MOVE = """
    TicketMove(
        "ponder", _l("送评估"), (SUBMITTED,), "to_assess", (NOTE,), done=_l("送去评估了"), readers=ALL, words=ALL
    ),
"""
MESSAGE = "{{ place }}的“{{ category }}”要先请人评估（编号 {{ number }}）：\n{{ link }}\n"
EDITS = {  # a file, what stands there, what it becomes
    "governance/tickets/lifecycle.py": (
        (")\nMOVES = (\n", f"{STATE})\nMOVES = (\n{MOVE}"),
        ('_l("受理"),\n        (SUBMITTED,),', '_l("受理"),\n        (SUBMITTED, "to_assess"),'),
    ),
    "governance/people/access/permissions.py": (("RULES = {\n", 'RULES = {\n    "ticket.ponder": staff_here,\n'),),
    "tests/tickets/test_lifecycle.py": (
        ("LEGAL = {\n", 'LEGAL = {\n("submitted", "ponder"): "to_assess", ("to_assess", "accept"): "accepted",\n'),
        ('"declined appealed merged to_topic withdrawn"', '"declined appealed merged to_topic withdrawn to_assess"'),
        ('MOVES = "accept', 'MOVES = "ponder accept'),
        ('Reader.EVERYBODY: "accept', 'Reader.EVERYBODY: "ponder accept'),
        ('WORDS_FOR_ALL = "accept', 'WORDS_FOR_ALL = "ponder accept'),
    ),
    "tests/relay/channels/test_channels.py": (('of_groups = {"manual"', 'of_groups = {"how_to_list", "manual"'),),
}
SEEN_BY = (
    "tests/errands/newcomer.py",
    "tests/tickets/test_lifecycle.py",
    "tests/tickets/test_pages.py",
    "tests/core/test_lifecycle.py",
    "tests/relay/channels/test_channels.py::test_every_file_in_the_folder_is_found",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("governance", "templates", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for beside in ("static", "migrations", "pyproject.toml"):
        (tmp_path / beside).symlink_to(ROOT / beside)
    return tmp_path


def test_a_state_a_move_a_message_and_a_channel_need_no_more_than_readme_says(copy: Path) -> None:
    for name, changes in EDITS.items():
        file = copy / name
        text = file.read_text()
        for before, after in changes:
            assert text.count(before) == 1, (name, before)
            text = text.replace(before, after)
        file.write_text(text)
    (copy / "templates/messages/residents/ticket.ponder.txt").write_text(MESSAGE)
    shutil.copy(copy / "tests/errands/how_to_list.py", copy / "governance/relay/channels/how_to_list.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not postgresql", *SEEN_BY]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
