"""All doors of /keep, in one blueprint: each of these modules adds its own when it is loaded."""

from governance.keep import bodies, categories, codes, doors, home, imports, people, places
from governance.keep.door import bp

__all__ = ["bodies", "bp", "categories", "codes", "doors", "home", "imports", "people", "places"]
