"""`bin/governance`: the operator's commands. Each prints what it did. Exit codes: 0 done, 1 refused with the reason, 2
wrong usage.

A module here adds its commands to the parser and calls the same actions as the pages. Commands act with the rights of a
district officer of every place.
"""
