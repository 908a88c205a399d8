"""The facts of an event are read once in a fan-out and once in a claim; no event probes the template folder."""

from collections import Counter

from jinja2 import Environment

from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.messages import facts
from governance.relay.messages.templates import audiences_and_names, has_words
from tests.groups import states

LOADED = Environment.get_template


def counted(monkeypatch) -> Counter[str]:
    """Counts, from now on, the reads of a ticket's facts and the look-ups of template files."""
    counts, read = Counter[str](), facts._READERS["ticket"]

    def read_counted(event):
        counts["facts"] += 1
        return read(event)

    def load_counted(self, name, *arguments, **more):
        counts["templates"] += str(name).endswith(".txt")
        return LOADED(self, name, *arguments, **more)

    monkeypatch.setitem(facts._READERS, "ticket", read_counted)
    monkeypatch.setattr(Environment, "get_template", load_counted)
    return counts


def test_two_reports_are_read_once_each_in_the_fan_out_and_once_each_in_the_claim(
    app, receiver, robot, ticket, happen, monkeypatch
):
    for number, place in enumerate(("5号楼", "3号院", "银杏社区")):
        robot(place, "workers", key=f"robot-number-{number}")
    for _ in range(2):
        happen(ticket(), "report")
    counts = counted(monkeypatch)
    while expand():
        pass
    assert states() == ["due"] * 6
    assert counts == {"facts": 2}
    while deliver(app):
        pass
    assert states() == ["sent"] * 6
    assert counts == {"facts": 4, "templates": 2}


def test_an_event_for_both_audiences_is_read_once_in_each(app, receiver, robot, ticket, happen, monkeypatch):
    robot("5号楼", "workers", key="robot-number-1")
    robot("5号楼", "residents", key="robot-number-2")
    happen(ticket(), "finish")
    counts = counted(monkeypatch)
    while expand():
        pass
    while deliver(app):
        pass
    assert states() == ["sent", "sent"]
    assert counts == {"facts": 2, "templates": 2}


def test_events_that_nobody_hears_of_are_not_read_at_all(robot, ticket, happen, monkeypatch):
    robot("5号楼")
    happen(ticket(), "nudge")
    counts = counted(monkeypatch)
    while expand():
        pass
    assert states() == [] and not counts.total()


def test_the_templates_of_a_folder_say_who_is_told_what(tmp_path):
    (tmp_path / "residents").mkdir()
    (tmp_path / "residents" / "ticket.nudge.txt").write_text("{{ place }}")
    assert audiences_and_names(tmp_path) == {("residents", "ticket.nudge")}
    assert all(has_words(audience, name) for audience, name in audiences_and_names())
