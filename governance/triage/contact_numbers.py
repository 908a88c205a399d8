"""Numbers by which somebody can be reached, in the ways people write them."""

import re

LONG_NUMBER = re.compile(
    r"(?:\d[ ._·•・‐‑‒–—−~*-]{0,3}){6,}\d"  # with any grouping of digits
    r"|\d{3,}(?:[ /\\|()（）]{1,3}\d{3,}){2,}"  # groups of three digits or more
)
DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-./](1[0-2]|0?[1-9])[-./](3[01]|[12]\d|0?[1-9])(?!\d)")
