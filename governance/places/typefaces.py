"""TrueType fonts for printing, with mainland glyph forms, subset to the characters to be printed.

The packaged Noto Sans CJK is a CFF font with Taiwanese default forms. PDF embedding needs TrueType outlines, and
residents expect mainland forms (门 骨 直 。): each character is looked up through the font's `locl` rule for Simplified
Chinese and its curves are converted. A missing character is an error before anything is drawn.
"""

import itertools
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from threading import RLock
from typing import Any

import cvttf_NotoSansCJK_Bold
import cvttf_NotoSansCJK_Regular
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont as FontFile
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_PACKAGES = {"regular": cvttf_NotoSansCJK_Regular, "bold": cvttf_NotoSansCJK_Bold}
_ASCENT, _DESCENT = 880, -120
_counter = itertools.count(1)
_reading = RLock()  # the font file is read piece by piece, from one position in it


class MissingGlyph(Exception):
    """A character that the font lacks, and the text it is in."""

    def __init__(self, character: str, words: str) -> None:
        super().__init__(f"“{words}”里的“{character}”（U+{ord(character):04X}）印不出来，请换一个写法")
        self.character, self.words = character, words


@dataclass(frozen=True)
class Faces:
    """The names of the two weights in reportlab."""

    regular: str
    bold: str


@contextmanager
def faces_for(characters: set[str]) -> Iterator[Faces]:
    """Both weights with these characters, registered with reportlab for one print."""
    number = next(_counter)
    names = {weight: f"OneCode{number}-{weight}" for weight in _PACKAGES}
    for weight, name in names.items():
        with _reading:
            made = _truetype(weight, name, characters)
        pdfmetrics.registerFont(TTFont(name, made, shapable=False))
    try:
        yield Faces(**names)
    finally:
        for name in names.values():  # reportlab has no public way to forget a font
            font = pdfmetrics._fonts.pop(name)
            pdfmetrics._dynFaceNames.pop(font.face.name, None)


def must_be_printable(words: str) -> None:
    """Raises MissingGlyph at the first character that either weight lacks."""
    with _reading:
        known = [_mainland_glyphs(weight) for weight in _PACKAGES]
    for character in words:
        drawn = all(ord(character) in glyphs for glyphs in known)
        if not drawn or unicodedata.category(character) in ("Cc", "Cf"):
            raise MissingGlyph(character, words)


def _truetype(weight: str, name: str, characters: set[str]) -> BytesIO:
    glyph_of = {ord(c): _mainland_glyphs(weight)[ord(c)] for c in sorted(characters | {" "})}
    order = [".notdef", *sorted(set(glyph_of.values()))]
    outlines = {glyph: _outline(weight, glyph) for glyph in order}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(glyph_of)
    builder.setupGlyf(outlines)
    widths = _font_file(weight)["hmtx"]
    builder.setupHorizontalMetrics({g: (widths[g][0], getattr(outlines[g], "xMin", 0)) for g in order})
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
    builder.setupOS2(sTypoAscender=_ASCENT, sTypoDescender=_DESCENT, usWinAscent=_ASCENT, usWinDescent=-_DESCENT)
    builder.setupNameTable({"familyName": "OneCode Sans", "styleName": weight, "psName": name})
    builder.setupPost()
    made = BytesIO()
    builder.save(made)
    made.seek(0)
    return made


@lru_cache(maxsize=600)  # about what every sheet says; the rest is seldom asked for twice
def _outline(weight: str, glyph: str) -> Any:
    pen = TTGlyphPen(None)
    _glyph_set(weight)[glyph].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
    return pen.glyph()


@cache
def _font_file(weight: str) -> FontFile:
    return FontFile(_PACKAGES[weight].get_TTF_path(), lazy=True)


@cache
def _glyph_set(weight: str) -> Any:
    return _font_file(weight).getGlyphSet()


@cache
def _mainland_glyphs(weight: str) -> dict[int, str]:
    font = _font_file(weight)
    rules = font["GSUB"].table
    forms: dict[str, str] = {}
    for number in _features(rules, "hani", "ZHS "):
        feature = rules.FeatureList.FeatureRecord[number]
        if feature.FeatureTag == "locl":
            for lookup in feature.Feature.LookupListIndex:
                for table in rules.LookupList.Lookup[lookup].SubTable:
                    forms |= getattr(table, "ExtSubTable", table).mapping
    return {code: forms.get(glyph, glyph) for code, glyph in font.getBestCmap().items()}


def _features(rules: Any, script: str, language: str) -> list[int]:
    of_script = next(s.Script for s in rules.ScriptList.ScriptRecord if s.ScriptTag == script)
    spoken = next(r.LangSys for r in of_script.LangSysRecord if r.LangSysTag == language)
    return list(spoken.FeatureIndex)
