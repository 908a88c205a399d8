"""One line that says what an act did, carried from the request that did it to the page that answers."""

from flask import session

from governance.core.translation import AnyText

CARRIED = "done"
ABOUT_ME, ABOUT_DATA = "me", "data"  # the references of 我的 and 我的资料


def acknowledge(about: str, line: AnyText) -> None:
    """Keep the line for the next page of `about`, a reference. A later act replaces it."""
    session[CARRIED] = [about, str(line)]


def acknowledgement(about: str) -> str:
    """What the last act on `about` did, said once. Empty when the last act was on something else."""
    carried = session.get(CARRIED)
    if not carried or carried[0] != about:
        return ""
    del session[CARRIED]
    return str(carried[1])
