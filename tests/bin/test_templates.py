"""The template check finds each thing it forbids, on its line, and is content with what we do write."""

import pytest

from tests.bin.load import script

templates = script("_templates")

GOOD = """{# Needs: ticket, moves. #}
<link rel="stylesheet" href="/static/css/shared.css">
<script src="/static/js/report.js" defer></script>
<script type="application/json" id="words">{{ words|tojson }}</script>
<p class="{% if ticket.count > 1 %}many{% endif %}" data-on="1">{% trans %}我也遇到{% endtrans %}</p>
{% if ticket.state == other.state %}{{ ticket.state_label }}{% endif %}
"""
BAD = {
    "<p>\n<script>go()</script>": "2: inline script",
    "<style>p {}</style>": "1: inline <style>",
    "<p\n  style='color: red'>": "1: style= attribute",
    '{{ _("好") }}\n<a onclick="go()">': "2: onclick= handler",
    '<a href=" JavaScript:go()">': "1: javascript: address",
    "{% if ticket.state == 'closed' %}{% endif %}": "1: compares a state",
    "{% if state in ('closed', 'merged') %}{% endif %}": "1: compares a state",
    "{{ 'closed' if old_state != 'closed' }}": "1: compares a state",
    "{% if %}": "1: Expected an expression",
    "\n{% for a in b %}": "2: Unexpected end of template",
}


@pytest.fixture
def check(tmp_path, capsys):
    def written(name: str, source: str) -> tuple[int, str]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        return templates.main(tmp_path), capsys.readouterr().out.replace(f"{path}:", "")

    return written


def test_what_we_write_passes(check):
    assert check("tickets/show.html", GOOD) == (0, "1 templates\n")


@pytest.mark.parametrize(("source", "trouble"), BAD.items(), ids=BAD.values())
def test_what_is_forbidden_is_named_with_its_line(check, source, trouble):
    status, said = check("tickets/show.html", source)
    assert status == 1
    assert said.startswith(trouble)
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["residents/ticket.finish.txt", "workers/topic.to_vote.txt", "worker/a.b.txt"])
def test_a_message_has_an_audience_and_an_event(check, name):
    assert check(f"messages/{name}", "{{ ticket.number }} 已办结")[0] == 0


@pytest.mark.parametrize(
    "name", ["everyone/ticket.finish.txt", "residents/finish.txt", "residents/x/ticket.finish.txt"]
)
def test_a_message_nobody_would_ever_be_sent_is_named(check, name):
    status, said = check(f"messages/{name}", "已办结")
    assert status == 1
    assert said.startswith("1: a message is messages/<workers|residents|worker|resident>")


def test_a_message_must_parse(check):
    assert check("messages/residents/ticket.finish.txt", "{{ ticket.number }")[0] == 1
