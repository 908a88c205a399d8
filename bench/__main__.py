"""`bin/bench [--full] [--json FILE] [names…]`: measures, prints a table, and judges nothing but what it prints.

Every module here that has `rows(full)` is one measurement, found by its name.
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import bench
from bench.row import Row


def measurements() -> dict[str, ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__"]
    modules = {name: importlib.import_module(f"bench.{name}") for name in sorted(names)}
    return {name: module for name, module in modules.items() if hasattr(module, "rows")}


def main() -> None:
    known = measurements()
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure what the README promises.")
    about = "; ".join(f"{name}: {(module.__doc__ or '').splitlines()[0]}" for name, module in known.items())
    parser.add_argument("names", nargs="*", metavar="name", help=f"what to measure, all by default. {about}")
    parser.add_argument("--full", action="store_true", help="the sizes of a whole district; takes many minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(known):
        parser.error(f"no measurement named {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    found = []
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start; medians of interleaved runs\n")
    for name in asked.names or known:
        for row in known[name].rows(asked.full):
            print(row, flush=True)
            found.append(row)
    if asked.json:
        asked.json.write_text(json.dumps([row.plain() for row in found], ensure_ascii=False, indent=2) + "\n")
    _close(found)


def _close(found: list[Row]) -> None:
    missed = [row.name for row in found if row.met is False]
    print(f"\n{sum(row.met is True for row in found)} goals met, {len(missed)} missed{':' if missed else ''}")
    for name in missed:
        print(f"  {name}")
    sys.exit(0)


if __name__ == "__main__":
    main()
