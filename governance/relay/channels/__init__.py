"""Finds the channels: every module of this folder that defines one."""

import importlib
import inspect
import pkgutil
from functools import cache

from governance.core.errors import Missing
from governance.relay.channels.base import Channel


@cache
def known() -> dict[str, type[Channel]]:
    """Every channel by its name, those with the fewest needs first."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    classes = (one for module in modules for one in vars(module).values() if inspect.isclass(one))
    found = {one.name: one for one in classes if issubclass(one, Channel) and "name" in vars(one)}
    return dict(sorted(found.items(), key=lambda item: len(item[1].needs)))


def for_groups() -> dict[str, type[Channel]]:
    """The channels that a group can be bound through. The others lead to one person."""
    return {name: one for name, one in known().items() if not one.alone}


def channel(name: str) -> type[Channel]:
    if name not in for_groups():
        raise Missing("没有这种通道")
    return known()[name]


def pushing() -> dict[str, type[Channel]]:
    """The channels that send by themselves. The others wait to be fetched by a person or a program."""
    return {name: one for name, one in known().items() if one.pushes}
