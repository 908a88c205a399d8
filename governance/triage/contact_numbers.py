"""Numbers by which somebody can be reached, in the ways people write them."""

import re
from collections.abc import Iterator
from itertools import pairwise

PHONE, MAIL, CHAT, QQ = "phone", "mail", "wechat", "qq"
IDENTITY, CARD, PLATE = "identity", "card", "plate"
LONG_NUMBER = re.compile(
    r"(?:\d[ ._·•・‐‑‒–—−~*-]{0,3}){6,}\d"  # with any grouping of digits
    r"|\d{3,}(?:[ /\\|()（）]{1,3}\d{3,}){2,}"  # groups of three digits or more
)
DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-./](1[0-2]|0?[1-9])[-./](3[01]|[12]\d|0?[1-9])(?!\d)")
SPOKEN_DIGITS = str.maketrans(
    "零〇○一幺么二三四五六七八九壹贰叁肆伍陆柒捌玖—–−‐‑‒", "000111234567891234567" + "89" + "-" * 6
)
SPOKEN = re.compile(r"[零〇○一幺么二三四五六七八九]")
LETTERS_FOR_DIGITS = re.compile(
    r"(?<![a-zA-Z\d])(?:(?=(?:[oOlI-]{0,6}\d){4})(?:[\doOlI]{7,}|[\doOlI]{3,4}-[\doOlI]{7,8})"
    r"|(?=(?:[oOlI]{0,8}\d){2})[1lI][3-9][\doOlI]{9})[xX]?(?![a-zA-Z\d])"
)
AS_DIGITS = str.maketrans("oOlI", "0011")
BETWEEN = r"[ ._·•・‐‑‒–—−~*,，、/()\u3000\ufe0f\u20e3-]{0,3}"
REGION = rf"(?:\(?(?:\+|00)?86\)?{BETWEEN})?"
MOBILE = re.compile(rf"(?<!\d){REGION}1{BETWEEN}[3-9](?:{BETWEEN}\d){{9}}[\ufe0f\u20e3]{{0,2}}(?!\d)")
LANDLINE = re.compile(
    r"\(0\d{2,3}\)[ -]?\d{3,4}[ -]?\d{4}(?:转\d{1,6}|-\d{1,6})?"
    r"|(?<!\d)0\d{2,3}[ –—-]?\d{3,4}[ -]?\d{3,4}(?:转\d{1,6}|-\d{1,6})?(?!\d)"
    r"|(?<!\d)[48]00[ -]?\d{3,4}[ -]?\d{3,4}(?!\d)"
)
HARMLESS = re.compile(  # a date in one, a door
    r"\d{1,3}-\d{1,2}-\d{3,4}|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
)
APART = r"[\s._·•・‐‑‒–—−~*,，、/()（）\u200b-\u200d\ufeff\ufe0f\u20e3-]{0,5}"
RUN = re.compile(
    rf"(?<!\d)(?:[(（](?=\d{{3,4}}[)）]))?(?:\+{APART})?\d(?:{APART}\d){{9,}}(?:{APART}[xX](?![a-zA-Z]))?[\ufe0f\u20e3]{{0,2}}"
)
LISTED = re.compile(r"\d+")
LONGEST_LISTED = 1000  # buildings and floors
ABROAD = re.compile(r"(?:00)?861[3-9]\d{9}")
CARDS = range(15, 22)  # digits of a bank card, perhaps with a country's before them
COUNTED = "0123456789"
MOST_TOGETHER = 21  # digits of one number
TOGETHER = re.compile(r"\d{7,}")
AMOUNT = re.compile(r"\s?(?:元|块|万|亿|人|次|度|层)")
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,40}@[A-Za-z0-9-]{1,40}(?:\.[A-Za-z]{2,10}){1,3}")
QQ_NUMBER = re.compile(r"(?:[qQ]{1,2}|扣扣|企鹅)号?码?[:：是 ]{0,2}(\d(?: ?\d){4,11})(?!\d)")
WECHAT = re.compile(
    r"(?i:微信号?码?|薇信|威信|v信|微x|vx|wx|wechat|加v|加微"
    r"|加我)[:：是为 ]{0,3}((?=[\w-]{0,20}[a-z])[a-z0-9_][a-z0-9_-]{4,24})(?![a-z0-9_-])",
    re.IGNORECASE | re.ASCII,
)
CITIZEN = re.compile(r"(?<!\d)\d(?:[ -]?\d){16}[ -]?[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)")
BORN = re.compile(r"[1-9]\d{5}(?:(?:19|20)\d\d|\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]?")
PAPERS = re.compile(r"(?:身份证|护照|通行证|军官证|居住证|证件)号?码?[:：是 ]{0,2}([A-Za-z]?\d{7,18}[A-Za-z]?)")
BANK_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){14,18}(?!\d)")
CARD_NUMBER = re.compile(r"卡号[:：是 ]{0,2}(\d(?:[ -]?\d){5,18})")
NUMBER_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-Za-z][ ·.-]{0,2}"
    r"(?=[A-Za-z0-9]{0,5}\d)(?:[A-Za-z0-9]{5,6}(?![A-Za-z0-9])|[A-Za-z0-9]{4}[学警挂港澳领使])"
)


def as_digits(text: str) -> str:
    """The text with Chinese digits, and letters typed for digits, as 0–9, one for one: 一三八, 138oo13."""
    return LETTERS_FOR_DIGITS.sub(lambda found: found[0].translate(AS_DIGITS), text.translate(SPOKEN_DIGITS))


def contact_numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind and place of each number, what is surest first. A number may be found twice, as different kinds."""
    yield from ((MAIL, *found.span()) for found in MAIL_ADDRESS.finditer(text))
    yield from ((kind, start, end) for kind, start, end in runs(text) if kind != PHONE)
    yield from ((QQ, *found.span(1)) for found in QQ_NUMBER.finditer(text))
    yield from ((IDENTITY, *found.span(1)) for found in PAPERS.finditer(text))
    yield from ((IDENTITY, *found.span()) for found in CITIZEN.finditer(text) if BORN.fullmatch(_bare(found[0])))
    yield from ((CARD, *found.span(1)) for found in CARD_NUMBER.finditer(text))
    yield from ((CARD, *found.span()) for found in BANK_CARD.finditer(text) if not MOBILE.fullmatch(found[0]))
    yield from ((PLATE, *found.span()) for found in NUMBER_PLATE.finditer(text))
    yield from ((PHONE, start, end) for start, end in _phones(text))
    yield from ((CHAT, *found.span(1)) for found in WECHAT.finditer(text))
    yield from runs(text)


def runs(text: str) -> Iterator[tuple[str, int, int]]:
    """Ten digits or more in a row, however they are written and parted: 一三八 …, 1-3-8-…, one under the other."""
    digits = as_digits(DATE.sub(lambda found: "年" * len(found[0]), text))
    for found in RUN.finditer(digits):
        start, end = _without_words(text, *found.span())
        kind = _kind_of(digits[start:end])
        is_sum = kind == PHONE and AMOUNT.match(digits, end) and not MOBILE.search(digits, start, end)
        if not (is_sum or _is_list(found[0]) or _are_several(found[0])):
            yield kind, start, end
    for found in TOGETHER.finditer(digits):
        if not (
            text[found.start()].isascii()
            or found[0] in COUNTED
            or HARMLESS.fullmatch(found[0])
            or AMOUNT.match(digits, found.end())
        ):
            yield PHONE, *found.span()


def _without_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Without one Chinese digit beside plain ones, which belongs to a word: 65432109一直忙."""
    start += bool(SPOKEN.fullmatch(text[start : start + 1]) and text[start + 1 : start + 2].isdecimal())
    return start, end - bool(SPOKEN.fullmatch(text[end - 1 : end]) and text[end - 2 : end - 1].isdecimal())


def _is_list(run: str) -> bool:
    """Whether it lists numbers that grow, such as buildings or floors: 1、2、3, 9 10 11."""
    numbers = [int(number) for number in LISTED.findall(run)]
    return numbers[-1] < LONGEST_LISTED and all(one < other for one, other in pairwise(numbers))


def _are_several(run: str) -> bool:
    """Whether it is several numbers, one after the other, which are found one by one."""
    return sum(map(str.isdigit, run)) > MOST_TOGETHER and MOBILE.search(run) is not None


def _kind_of(run: str) -> str:
    digits = re.sub(r"[^\dxX]", "", run)
    digits = digits[2:] if digits.startswith("86") and BORN.fullmatch(digits[2:]) else digits
    if BORN.fullmatch(digits):
        return IDENTITY
    if ABROAD.fullmatch(digits):
        return PHONE
    return CARD if len(digits) in CARDS else PHONE


def _bare(digits: str) -> str:
    return re.sub(r"[ -]", "", digits)


def _phones(text: str) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in MOBILE.finditer(as_digits(text)))
    yield from (found.span() for found in LANDLINE.finditer(text))
    undated = DATE.sub(lambda found: "年" * len(found[0]), text)
    for found in LONG_NUMBER.finditer(undated):
        if not (HARMLESS.fullmatch(found[0]) or AMOUNT.match(undated, found.end())):
            yield found.span()
