"""How long an import of places takes, from the file's bytes to the commit; and repeated, when nothing changes."""

import time
from collections.abc import Iterator

from bench.row import Row
from bench.stage import Stage, running
from governance.places.importing import import_places
from governance.places.sheet import open_table


def lines(count: int) -> list[list[str]]:
    """A district of `count` places: communities of grids of courtyards of buildings."""
    rows = [
        ["类别", "名称", "上级", "官方代码", "户数", "电话", "接待时间", "大字"],
        ["区", "量度区", "", "", "", "", "", ""],
    ]
    for street in range(1, count):
        rows.append(["街道", f"{street}号街道", "量度区", f"{street:09d}000", "", "", "", ""])
        for community in range(1, 21):
            rows.append(
                ["社区", f"{community}号社区", f"{street}号街道", "", "2800", "010-00000000", "工作日 9:00–17:00", ""]
            )
            for yard in range(1, 11):
                rows.append(["小区", f"{yard}号院", f"{street}号街道/{community}号社区", "", "280", "", "", ""])
                for building in range(1, 7):
                    rows.append(
                        [
                            "楼栋",
                            f"{building}号楼",
                            f"{street}号街道/{community}号社区/{yard}号院",
                            "",
                            "60",
                            "",
                            "",
                            "是",
                        ]
                    )
        if len(rows) > count:
            return rows[: count + 1]
    return rows


def rows(stage: Stage) -> Iterator[Row]:
    """Seconds for a first import, a repeated one, and one where every row changed."""
    count = 20_000 if stage.full else 5_000
    first = lines(count)
    later = [first[0], *([*row[:4], str(int(row[4] or 0) + 1), *row[5:]] for row in first[1:])]
    with running(stage.empty("SQLite")):
        for name, content in (("first", first), ("repeated", first), ("all changed", later)):
            data = "\n".join(",".join(row) for row in content).encode("gb18030")
            began = time.perf_counter()
            import_places(open_table(data, "bench.csv"), lambda place: True, "bench", None)
            yield Row(f"import of places, {name}, wall", time.perf_counter() - began, "s", note=f"{count:,} places")
