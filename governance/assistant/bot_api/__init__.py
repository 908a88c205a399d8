"""The HTTP API for any other bot."""
