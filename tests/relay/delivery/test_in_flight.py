"""A delivery that is cancelled before its message is started is not sent."""

from governance.core.db import writing
from governance.relay.delivery import in_flight
from governance.relay.delivery.cancel import stop_telling
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from tests.at_once import right_after
from tests.groups import states


def test_what_is_stopped_as_it_starts_is_sent_or_laid_aside_and_never_both(app, receiver, robot, ticket, happen):
    robot("5号楼")
    id_ = happen(ticket(), "finish")
    expand()
    laid = []

    def stop():
        with writing():
            laid.append(stop_telling(id_))

    with right_after(app, in_flight, "_still_held", stop):
        deliver(app)
    assert (laid, states()) in (([1], ["failed"]), ([0], ["sent"]))
