"""From the record to the groups, over real HTTP, with everything that can go wrong on the way."""

from governance.relay.delivering import deliver
from governance.relay.expanding import expand
from tests.relay.conftest import states


def test_a_residents_group_hears_once_what_was_finished_in_its_building(app, receiver, robot, ticket, happen):
    robot("5号楼", key="key-of-building-5")
    robot("6号楼", key="key-of-building-6")
    happen(ticket("5号楼"), "finish")
    assert expand() and deliver(app)
    assert not expand() and not deliver(app)
    (heard,) = receiver.heard()
    assert "3号院 5号楼的“电梯”办好了" in heard and "http://127.0.0.1:8000/t/" in heard
    assert receiver.heard("key-of-building-6") == []
    assert states() == ["sent"]
