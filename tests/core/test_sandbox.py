"""Whatever a child does, its parent gets an answer or `Fell`."""

import textwrap

import pytest

from governance.core import sandbox


@pytest.fixture
def child(tmp_path):
    def write(body: str):
        script = tmp_path / "child.py"
        script.write_text("import sys\n" + textwrap.dedent(body))
        return lambda seconds=5.0: sandbox.run(script, "PIL", ["one"], b"data", seconds)

    return write


def test_what_the_child_writes_comes_back(child):
    run = child("sys.stdout.buffer.write(sys.stdin.buffer.read() + sys.argv[2].encode())")
    assert run() == b"dataone"


def test_a_crash_has_no_words(child):
    with pytest.raises(sandbox.Fell) as fell:
        child("import os; os.kill(os.getpid(), 11)")()
    assert fell.value.words == ""


def test_a_traceback_is_not_shown_to_people(child):
    with pytest.raises(sandbox.Fell) as fell:
        child("raise ValueError('inside')")()
    assert fell.value.words == ""


def test_a_refusal_brings_its_reason(child):
    with pytest.raises(sandbox.Fell, match="太大"):
        child("sys.stderr.buffer.write('太大'.encode()); sys.exit(3)")()


def test_a_child_that_never_ends_is_ended(child):
    with pytest.raises(sandbox.Fell):
        child("while True: pass")(0.5)


def test_a_child_that_holds_too_much_is_ended_and_said_to_be_large(child):
    with pytest.raises(sandbox.Fell) as fell:
        child("held = bytearray(b'x' * (500 << 20)); sys.stdin.buffer.read(); import time; time.sleep(60)")(50)
    assert fell.value.large


def test_threads_that_hold_nothing_count_for_nothing(child):
    run = child("""
        import threading
        many = [threading.Thread(target=sys.stdin.fileno) for _ in range(60)]
        for one in many: one.start()
        sys.stdout.write("ran")
    """)
    assert run() == b"ran"


def test_nothing_of_our_settings_is_in_the_child(child, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "quiet")
    run = child("import os; sys.stdout.write(str('SECRET_KEY' in os.environ))")
    assert run() == b"False"
