"""Letters are real TrueType, in the mainland's forms, and a character we cannot print is named."""

from io import BytesIO

import pytest
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics

from governance.places import typefaces
from governance.places.typefaces import MissingGlyph, faces_for, must_be_printable


def test_the_face_is_truetype_with_just_the_characters_asked_for():
    font = TTFont(BytesIO(typefaces._truetype("bold", "Test", set("门骨直A")).getvalue()))
    assert "glyf" in font and "CFF " not in font
    assert set(font.getBestCmap()) == {ord(character) for character in "门骨直A "}


@pytest.mark.parametrize("character", "骨角")
def test_the_mainland_form_is_drawn_where_it_differs(character):
    glyph = typefaces._mainland_glyphs("regular")[ord(character)]
    assert glyph != typefaces._font_file("regular").getBestCmap()[ord(character)]


def test_a_rare_character_beyond_the_first_65536_is_drawn_too():
    with faces_for(set("𠮷")) as faces:
        assert pdfmetrics.getFont(faces.regular).face.charToGlyph[ord("𠮷")] > 0


def test_reportlab_forgets_the_faces_after_the_print():
    with faces_for(set("门")) as faces:
        assert pdfmetrics.getFont(faces.bold).face.charToGlyph.get(ord("门"))
    assert faces.bold not in pdfmetrics._fonts


def test_every_character_of_the_national_standard_can_be_printed():
    every = [bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    must_be_printable("".join(pair.decode("gb2312", "ignore") for pair in every))


@pytest.mark.parametrize("character", ["🐼", "\n", "\u202e", "\ue000"])
def test_a_character_we_cannot_print_is_named_with_its_words(character):
    with pytest.raises(MissingGlyph) as missing:
        must_be_printable(f"花家{character}地")
    assert missing.value.character == character
    assert f"U+{ord(character):04X}" in str(missing.value) and "花家" in str(missing.value)
