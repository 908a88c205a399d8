"""`bin/bench [--full] [--json FILE] [names…]`: measures, prints a table, and exits 1 on a new miss.

Every module here that has `rows(stage)` is one measurement, found by its name.
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
import time
from pathlib import Path
from types import ModuleType

import bench
from bench.goals import GOALS
from bench.known import FILE, known, verdict
from bench.row import Row
from bench.stage import Stage


def measurements() -> dict[str, ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__"]
    modules = {name: importlib.import_module(f"bench.{name}") for name in sorted(names)}
    return {name: module for name, module in modules.items() if hasattr(module, "rows")}


def main() -> int:
    modules = measurements()
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure what the README promises.")
    about = "; ".join(f"{name}: {(module.__doc__ or '').splitlines()[0]}" for name, module in modules.items())
    parser.add_argument("names", nargs="*", metavar="name", help=f"what to measure, all by default. {about}")
    parser.add_argument("--full", action="store_true", help="the sizes of a whole district; takes many minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(modules):
        parser.error(f"no measurement named {', '.join(sorted(unknown))}; there are {', '.join(modules)}")
    chosen = [modules[name] for name in asked.names or modules]
    found, began, load, processors = list[Row](), time.monotonic(), os.getloadavg()[0], os.cpu_count() or 1
    print(f"{processors} processors, load {load:.1f} at the start; medians of interleaved runs\n")
    with Stage(asked.full) as stage:
        for module in chosen:
            for row in module.rows(stage):
                print(row, flush=True)
                found.append(row)
        whole = len(chosen) == len(modules)
        expected = {name for name in GOALS if whole and not any(f"({kind})" in name for kind in stage.left_out)}
    if asked.json:
        asked.json.write_text(json.dumps([row.plain() for row in found], ensure_ascii=False, indent=2) + "\n")
    busy = load > 1 or os.getloadavg()[0] > processors
    code, said = verdict(found, known(FILE.read_text()), expected, busy)
    print(f"\nin {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f} at the end", *said, sep="\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
