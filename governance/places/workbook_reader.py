"""The child process that opens one workbook; tables.py starts it in the sandbox.

Standard input is the file. The arguments are the folder of the reader and the most rows and columns. Standard output is
the first sheet, one JSON list of texts a line. Exit 3 says `large`; any other end but 0 is a crash.
"""

import datetime
import io
import json
import resource
import sys
from importlib import import_module

ADDRESS_SPACE, CPU_SECONDS = 700 << 20, 20


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder, most_rows, most_columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sys.path.append(folder)
    calamine = import_module("python_calamine")  # found only now that the folder is known
    sheet = calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    if sheet.height > most_rows + 1 or sheet.width > most_columns:
        sys.stderr.write("large")
        sys.exit(3)
    for row in sheet.to_python(skip_empty_area=False):
        sys.stdout.write(json.dumps([words(cell) for cell in row]) + "\n")


def words(cell: object) -> str:
    """A cell as people write it: whole numbers without a point, dates without a midnight."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == datetime.time() else "%Y-%m-%d %H:%M")
    return str(cell)


if __name__ == "__main__":
    main()
