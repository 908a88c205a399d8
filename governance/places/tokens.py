"""The eight symbols of a code: making, reading and showing them.

The alphabet and its tolerant reading are Crockford's Base32 (no I, L, O, U; O is read as 0, I and L as 1; hyphens are
ignored). The last symbol is the Luhn check of ISO/IEC 7812-1 Annex B modulo 32. It finds every wrong symbol and every
swap of neighbours except 0 with Z. The caller knows which tokens were issued.
"""

import secrets
import unicodedata
from typing import Protocol

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LONGEST_TYPED = 40


class RandomSource(Protocol):
    """Gives a random number below a bound, as `secrets` does."""

    def randbelow(self, exclusive_upper_bound: int, /) -> int: ...


def new_token(random_source: RandomSource = secrets) -> str:
    """Seven random symbols (35 bits) and their check symbol."""
    body = "".join(ALPHABET[random_source.randbelow(len(ALPHABET))] for _ in range(LENGTH - 1))
    return body + _proof(body)


def read_token(text: str) -> str | None:
    """The token meant by `text`; None when it cannot be one."""
    token = plain_symbols(text)
    if len(token) != LENGTH or any(symbol not in _VALUE for symbol in token):
        return None
    return token if token[-1] == _proof(token[:-1]) else None


def plain_symbols(text: str) -> str:
    """Typed text as symbols of the alphabet, in capitals without gaps; empty when it is far too long."""
    if len(text) > _LONGEST_TYPED:
        return ""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in plain if not _is_gap(c)).translate(_MEANT)


def shown(token: str) -> str:
    """As printed: two groups of four."""
    return f"{token[:4]}-{token[4:]}"


def _is_gap(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Pd", "Cf")


def _proof(body: str) -> str:
    total = sum(
        _doubled(_VALUE[symbol]) if place % 2 == 0 else _VALUE[symbol] for place, symbol in enumerate(reversed(body))
    )
    return ALPHABET[-total % len(ALPHABET)]


def _doubled(value: int) -> int:
    return sum(divmod(2 * value, len(ALPHABET)))
