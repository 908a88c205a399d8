"""A process of its own that asks WeChat for something in many threads at once: what the token's tests start twice."""

import sys
import threading
import time
from pathlib import Path

from governance.web.app import build
from governance.wechat.answers import TROUBLES
from tests.app import settings_for
from tests.connected import connect
from tests.peers.wechat import TEMPLATE

THREADS = 8


def main(folder: str, database: str, url: str, at: str) -> None:
    app = build(settings_for(Path(folder), database))
    gateway = connect(app, url)
    answers: list[str] = []

    def ask() -> None:
        with app.app_context():
            time.sleep(max(0.0, float(at) - time.time()))
            try:
                gateway.call("official", TEMPLATE, json={"touser": "o"})
                answers.append("ok")
            except TROUBLES as trouble:
                answers.append(repr(trouble))

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("\n".join(answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
