"""What is printed says where it hangs, whom to call, what we never ask, and carries a code that can be read."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from governance.places.posters import FORMATS, MissingGlyph, Notice, Unreadable, check_pages, picture, print_pdf
from governance.places.qr import Square, read_squares
from governance.places.tokens import new_token, shown


def notice(name: str = "花家地北里", **other: object) -> Notice:
    token = new_token()
    facts = {
        "parent_names": ("朝阳区", "望京街道"),
        "sticker_number": 3,
        "phone": "010-5555 0123",
        "worker_name": "林小满",
    }
    return Notice(token, f"https://yima.example.cn/c/{token}", name, **{**facts, **other})  # type: ignore[arg-type]


def printed(notices: list[Notice], format: str) -> bytes:
    out = BytesIO()
    assert print_pdf(iter(notices), format, out) == len(notices)
    return out.getvalue()


def words_on(pdf: bytes, page: int = 0) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].get_textpage().get_text_bounded().replace("\r\n", "").replace("\n", "")


@pytest.mark.parametrize(("format", "pages"), [("a4", 9), ("sticker", 3), ("card", 2)])
def test_nine_codes_fill_as_few_pages_as_they_can_and_all_are_read(format, pages):
    notices = [notice(f"{number}号楼") for number in range(9)]
    pdf = printed(notices, format)
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == pages
        assert {(round(page.get_width()), round(page.get_height())) for page in document} == {(595, 842)}
    assert check_pages(pdf, [one.url for one in notices], format, share=1) == pages


@pytest.mark.parametrize("format", FORMATS)
def test_the_words_beside_the_code(format):
    one = notice()
    said = words_on(printed([one], format))
    for words in (
        "花家地北里",
        "朝阳区 · 望京街道",
        "010-5555 0123",
        shown(one.token),
        "第 3 张",
        "林小满",
        "都是假的",
        "看着不对",
    ):
        assert words in said


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["北苑", "青年城小区综合服务中心与党群活动广场东侧入口", "楼" * 80, "A" * 60])
def test_any_name_is_printed_whole_and_leaves_the_code_alone(format, name):
    one = notice(name, parent_names=("朝阳区",) * 9, worker_name=None)
    pdf = printed([one], format)
    assert name in words_on(pdf)
    assert check_pages(pdf, [one.url], format, share=1) == 1


def test_the_letters_are_embedded():
    pdf = printed([notice()], "a4")
    assert pdf.count(b"/FontFile2") >= 2
    assert b"/FontFile3" not in pdf


def test_a_missing_glyph_stops_the_print_before_anything_is_written():
    out = BytesIO()
    with pytest.raises(MissingGlyph, match="U\\+1F43C"):
        print_pdf([notice(), notice("熊猫🐼里")], "a4", out)
    assert out.getvalue() == b""


def test_an_unreadable_code_stops_the_print_before_anything_is_written(monkeypatch):
    monkeypatch.setattr(Square, "raster", lambda self: memoryview(bytes([255]) * 10_000).cast("B", (100, 100)))
    out = BytesIO()
    with pytest.raises(Unreadable):
        print_pdf([notice()], "a4", out)
    assert out.getvalue() == b""


def test_a_page_with_another_code_than_expected_is_found():
    one, other = notice(), notice()
    with pytest.raises(Unreadable, match="page 1"):
        check_pages(printed([one], "a4"), [other.url], "a4")


@pytest.mark.parametrize("width", [360, 750, 1080])
def test_the_picture_is_as_wide_as_asked_and_can_be_read(width):
    one = notice()
    image = Image.open(BytesIO(picture(one, width)))
    assert image.format == "PNG" and abs(image.width - width) <= 1
    assert read_squares(image.convert("L"), searching=True) == [one.url]


def test_prints_made_at_once_do_not_mix_their_letters():
    names = ["甲乙丙", "丁香园", "戊己庚", "辛壬癸"]
    with ThreadPoolExecutor(4) as crowd:
        made = list(crowd.map(lambda name: printed([notice(name)], "card"), names))
    assert all(name in words_on(pdf) for name, pdf in zip(names, made, strict=True))
