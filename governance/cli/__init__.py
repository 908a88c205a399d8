"""`bin/governance`: the operator's commands. Each says what it did; 0 done, 1 refused with the reason, 2 used wrongly.

A module here adds its commands to the parser and calls the same actions as the pages do. Whoever may start a
command keeps the whole deployment, so commands act with the rights of a district officer of every place.
"""
