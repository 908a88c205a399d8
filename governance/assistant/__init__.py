"""Hearing: what groups and persons say to us, what it means, and the answer."""
