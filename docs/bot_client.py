"""A bot's side of OneCode in the standard library alone: carry what members say, post what is due, report it.

    python bot_client.py https://onecode.example ginkgo-bot the-key-of-the-ginkgo-bot

Put your platform into `say_in_group`, and call `Door.heard` when somebody speaks to the bot.
"""

import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from typing import Any

AGAIN = 3  # seconds between two looks
Say = Callable[[str, str], bool]


def form(said: dict[str, str], photos: Sequence[bytes]) -> tuple[bytes, str]:
    """The same as a form that brings photos: its bytes and its content type."""
    edge = uuid.uuid4().hex
    parts = [(f'name="{name}"', text.encode()) for name, text in said.items()]
    parts += [('name="photos"; filename="photo"', photo) for photo in photos]
    told = (f"--{edge}\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + data for name, data in parts)
    return b"\r\n".join([*told, f"--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"


class Door:
    """The doors of one bot."""

    def __init__(self, base: str, name: str, key: str) -> None:
        self.address, self.key = f"{base.rstrip('/')}/bots/{name}", key

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer's JSON. Raises HTTPError, whose body is a problem that says what is wrong."""
        return self.send(path, None if body is None else json.dumps(body).encode(), "application/json")

    def send(self, path: str, data: bytes | None, kind: str) -> dict[str, Any]:
        head = {"Authorization": f"Bearer {self.key}", "Content-Type": kind}
        request = urllib.request.Request(self.address + path, data, head)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def heard(self, message_id: str, group: str, sender: str, text: str, photos: Sequence[bytes] = ()) -> str:
        """What to answer in the group. When the connection broke, ask again with the same `message_id`."""
        said = {"message_id": message_id, "group": group, "sender": sender, "text": text}
        return str((self.send("/messages", *form(said, photos)) if photos else self.ask("/messages", said))["reply"])

    def post_what_is_due(self, say: Say) -> int:
        """Post each message once and report it; how many there were."""
        due = self.ask("/deliveries?limit=20")["deliveries"]
        for one in due:
            outcome = "sent" if say(one["group"], one["text"]) else "refused"
            self.ask("/deliveries", {"results": [{"id": one["id"], "outcome": outcome}]})
        return len(due)


def say_in_group(group: str, text: str) -> bool:
    """Your platform posts it here; False when it surely was not posted."""
    print(f"[{group}] {text}", flush=True)
    return True


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit("usage: bot_client.py ADDRESS BOT KEY")
    door = Door(*sys.argv[1:])
    while True:
        try:
            door.post_what_is_due(say_in_group)
        except urllib.error.HTTPError as trouble:
            print(trouble.code, trouble.read().decode(), file=sys.stderr)
        except OSError as trouble:
            print(trouble, file=sys.stderr)
        time.sleep(AGAIN)


if __name__ == "__main__":
    main()
