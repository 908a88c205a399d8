"""The cost of printing so many posters, printed as JSON: `python -m bench.printing CODES`. It imports little.

The memory measured is that of this process.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path

from governance.places.posters import Notice, check_pages, print_pdf
from governance.places.tokens import new_token


def _notices(codes: int) -> list[Notice]:
    """Names drawn from 2,000 characters: more different letters than a real district has."""
    dice = random.Random(1)
    letters = [chr(code) for code in range(0x4E00, 0x9FA5) if _common(chr(code))][:2000]

    def one(number: int) -> Notice:
        token, name = new_token(), "".join(dice.choices(letters, k=dice.randint(2, 9)))
        above = ("朝阳区", "望京街道", "花家地社区")
        return Notice(
            token, f"https://yima.example.cn/c/{token}", f"{name}{number % 40}号楼", above, 1, "010-5555 0123"
        )

    return [one(number) for number in range(codes)]


def _common(character: str) -> bool:
    try:
        return character.encode("gb2312")[0] < 0xD8
    except UnicodeEncodeError:
        return False


def _measured(codes: int) -> dict[str, float]:
    notices = _notices(codes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codes.pdf"
        began = time.perf_counter()
        with path.open("wb") as out:
            print_pdf(notices, "a4", out)
        printed = time.perf_counter()
        checked = check_pages(str(path), [notice.url for notice in notices], "a4")
        return {
            "seconds": round(printed - began, 1),
            "checked": checked,
            "check_seconds": round(time.perf_counter() - printed, 1),
            "megabytes": _peak(),
            "file_megabytes": round(path.stat().st_size / 1e6, 1),
        }


def _peak() -> int:
    """This program's own peak; getrusage would also count whoever started it."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024)


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]))))
