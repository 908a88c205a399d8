"""Jobs of WeCom mass tasks: create them from what waits, and track those that owners were given."""

from governance.core.jobs import job
from governance.relay.mass_tasks.create import give
from governance.relay.mass_tasks.track import follow, look


@job("relay.mass_tasks", every=60, lease=300, tries=1, network=True)
def mass_tasks() -> None:
    """Customer groups: give owners what waits, and look what became of what they were given."""
    give()
    follow()


@job("relay.mass_task", lease=120, network=True)
def mass_task(task_id: int) -> None:
    """One of them at once, since a keeper wants it cancelled."""
    look(task_id)
