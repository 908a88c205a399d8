"""OneCode 一码共治: places and codes, tickets and clocks, groups told and heard.

docs/architecture.md says where a thing goes.
"""
