class Unclean(Exception):
    pass


def looks_like_photo(b):
    return b[:2] == b"\xff\xd8" or b[:4] == b"\x89PNG"


def clean(b):
    raise Unclean("x")
