"""Loads the scripts in bin/, which is no package."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

BIN = Path(__file__).parents[2] / "bin"


def script(name: str) -> ModuleType:
    spec = spec_from_file_location(name, BIN / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
