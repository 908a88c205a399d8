"""Similarity of two short texts by shared bigrams, which suits Chinese and needs no word segmentation."""

ALIKE = 0.3  # from here on two titles are shown as alike


def likeness(one: str, other: str) -> float:
    """The share of the shorter text's bigrams that the other has too, from 0 to 1."""
    first, second = _pieces(one), _pieces(other)
    return len(first & second) / max(1, min(len(first), len(second)))


def _pieces(text: str) -> set[str]:
    kept = "".join(char for char in text.casefold() if char.isalnum())
    return {kept[at : at + 2] for at in range(len(kept) - 1)} or {kept}
