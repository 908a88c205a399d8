"""Keyed hashes that identify robots and groups without revealing a key or a number."""

from governance.core.crypto import keyed_hash


def robot_of(kind: str, voice: str) -> str:
    """The hash shared by all groups of one robot. `voice` identifies the robot on the channel `kind`."""
    return keyed_hash(f"robot.{kind}", voice)


def heard_as(kind: str, ear: str) -> str:
    """The hash by which a group is found when one of its members speaks. `ear` is its name on the other side."""
    return keyed_hash(f"group.{kind}", ear)
