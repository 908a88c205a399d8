"""Keeping the deployment itself, at /keep: places, codes, people, bodies, categories.

Doors only; the verbs stay in their slices.
"""
