"""The keyed hashes by which a robot and a group are known: neither a key nor a number can be read from them."""

from governance.core.crypto import keyed_hash


def robot_of(kind: str, voice: str) -> str:
    """What groups share whose robot is the same: on the channel `kind` it has this voice."""
    return keyed_hash(f"robot.{kind}", voice)


def heard_as(kind: str, ear: str) -> str:
    """By what a group is found when somebody in it speaks."""
    return keyed_hash(f"group.{kind}", ear)
