"""The slip on paper: one A6 page from which a phone, a voice and a pair of eyes all find the way back."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser

from tests.cast import PASSWORD, Cast
from tests.peers.browser import PHONE, axe, page
from tests.site import site

pytestmark = pytest.mark.browser
A6 = (298, 420)
LONG = "三楼楼道灯坏了两天，奶奶怕摔跤。" * 30


def test_the_printed_slip_leads_back_by_code_phone_and_number(
    browser: Browser, settled: tuple[Path, Cast], tmp_path: Path
) -> None:
    with site(settled, tmp_path) as town, page(browser, **PHONE) as worker:
        worker.goto(f"{town.url}/signin")
        worker.get_by_label("账号").fill("gao")
        worker.get_by_label("密码").fill(PASSWORD)
        worker.get_by_role("button", name="登录").click()
        worker.goto(f"{town.url}/desk/at/{town.cast.codes['5号楼']}/report")
        worker.get_by_label("当面说").check(force=True)
        worker.get_by_label("路灯照明").check(force=True)
        worker.get_by_label("怎么了？").fill(LONG[:500])
        worker.get_by_role("button", name="交上").click()
        worker.wait_for_url("**/s/*")
        slip = worker.url
        assert axe(worker) == []
        assert worker.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        worker.pdf(path=tmp_path / "slip.pdf", prefer_css_page_size=True)
        with page(browser, **PHONE) as holder:
            (found,) = _read(tmp_path / "slip.pdf")
            assert found == slip
            holder.goto(found)
            assert holder.get_by_role("button", name="撤回").is_visible()


def _read(paper: Path) -> list[str]:
    """What a camera finds on the only sheet, once a person has found the rest."""
    (sheet,) = pypdfium2.PdfDocument(paper)
    assert tuple(round(side) for side in sheet.get_size()) == A6
    words = sheet.get_textpage().get_text_range().replace("\r\n", "")
    for wanted in ("编号1-8", "柳荫街道银杏社区3号院5号楼", "010-00000001", "路灯照明", "都是假的"):
        assert wanted in words.replace(" ", ""), words
    assert "看办到哪了，不是" in words and "请让本人扫" not in words
    return [code.text for code in zxingcpp.read_barcodes(sheet.render(scale=3).to_pil())]
