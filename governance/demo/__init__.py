"""The demo: an invented community, or a district in bulk."""
