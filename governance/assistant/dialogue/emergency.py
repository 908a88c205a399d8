"""The emergency numbers, put before a reply."""

from governance.triage import emergencies


def with_emergency_call(words: str, reply: str) -> str:
    """The reply, after the sentences that say whom to call for a danger named in `words`; none is said twice."""
    call = [line for line in emergencies.calls_for(words).splitlines() if line not in reply]
    return "\n".join([*call, reply])
