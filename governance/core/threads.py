"""Runs what blocks or asks the database in a thread of its own, off the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from flask import Flask


async def in_thread(app: Flask, work: Callable[..., Any], *args: Any, pool: Executor | None = None) -> Any:
    """The result of `work` in an application context of its own; without a `pool`, in one of the loop's threads."""

    def in_context() -> Any:
        with app.app_context():
            return work(*args)

    return await asyncio.get_running_loop().run_in_executor(pool, in_context)
