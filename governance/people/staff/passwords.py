"""Which passwords are strong enough, and new ones to hand over. Hashing is in signin.py."""

import secrets

from governance.core.errors import Invalid
from governance.core.translation import LazyText as _l

SHORTEST = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that people mix up
# fmt: off
COMMON = frozenset((
    "1234567890", "12345678910", "123456789a", "0123456789", "0987654321", "1111111111", "0000000000",
    "8888888888", "6666666666", "1q2w3e4r5t", "qwertyuiop", "qwerty1234", "qwerty12345", "asdfghjkl1",
    "zxcvbnm123", "1qaz2wsx3edc", "qazwsxedcrfv", "abcdefghij", "abc1234567", "abcd123456", "abcd1234567",
    "password12", "password123", "password1234", "passw0rd123", "p@ssw0rd123", "admin12345", "admin123456",
    "administrator", "iloveyou123", "woaini1314", "woaini5201314", "woaini520520", "zhongguo123",
    "beijing123", "beijing2008", "a123456789", "aa12345678", "aa123456789", "qq123456789", "wang123456",
    "zhang123456", "changeme123", "letmein1234", "welcome123",
))
# fmt: on


def checked(password: str, account: str) -> str:
    """The password, when it is strong enough. Raises Invalid with the reason."""
    plain = password.lower()
    if len(password) < SHORTEST:
        raise Invalid({"password": _l("密码至少 %(count)s 位", count=SHORTEST)})
    if len(password) > 200:
        raise Invalid({"password": _l("密码太长了")})
    if plain in COMMON or len(set(plain)) < 4:
        raise Invalid({"password": _l("这个密码太常见，别人一猜就中，请换一个")})
    if len(account) >= 4 and account.lower() in plain:
        raise Invalid({"password": _l("密码里不要带账号")})
    return password


def fresh() -> str:
    """A password to hand over once: 12 symbols in groups of four, about 59 random bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
