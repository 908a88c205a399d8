"""The step before the network: what was called off in the meantime does not go out."""

from governance.core.db import writing
from governance.relay import starting
from governance.relay.delivering import deliver
from governance.relay.expanding import expand
from governance.relay.stopping import stop_telling
from tests.at_once import beside
from tests.relay.conftest import states


def test_what_is_stopped_as_it_starts_is_sent_or_laid_aside_and_never_both(
    app, receiver, robot, ticket, happen, monkeypatch
):
    robot("5号楼")
    id_ = happen(ticket(), "finish")
    expand()
    still_held, laid, others = starting._still_held, [], []

    def stop():
        with writing():
            laid.append(stop_telling(id_))

    def held(parcels):
        found = still_held(parcels)
        others.append(beside(app, stop))
        return found

    monkeypatch.setattr(starting, "_still_held", held)
    deliver(app)
    others[0].join()
    assert (laid, states()) in (([1], ["failed"]), ([0], ["sent"]))
