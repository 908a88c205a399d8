"""Jobs of mass tasks: create them from what waits, and track those that owners have."""

from governance.core.jobs import job
from governance.relay.mass_tasks.create import give
from governance.relay.mass_tasks.track import track_due_tasks, track_task


@job("relay.mass_tasks", every=60, lease=300, tries=1, network=True)
def mass_tasks() -> None:
    """Create tasks from what waits and track those that owners have."""
    give()
    track_due_tasks()


@job("relay.mass_task", lease=120, network=True)
def mass_task(task_id: int) -> None:
    """Track one task at once, because a keeper cancelled it."""
    track_task(task_id)
