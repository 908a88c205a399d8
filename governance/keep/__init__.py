"""Administration at /keep: places, codes, people, bodies, categories.

Only endpoints; the actions are in their slices.
"""
