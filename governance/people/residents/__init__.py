"""Residents: verification, doors, nicknames, departure, merging two persons."""
