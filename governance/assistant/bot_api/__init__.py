"""The HTTP API for bots of other programs."""
