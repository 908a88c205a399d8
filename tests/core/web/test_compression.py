"""A large page goes out compressed to those who take it, the same page and never of a telling length."""

import gzip


def test_the_report_form_is_compressed_and_the_same(cast, phone) -> None:
    one = phone()
    address = f"/c/{cast.codes['5号楼']}/report"
    plain = one.client.get(address)
    zipped = one.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers and zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.vary.as_set() >= {"accept-encoding"} and int(zipped.headers["Content-Length"]) == len(zipped.data)
    page = gzip.decompress(zipped.data).decode()
    assert page.startswith("<!doctype html>") and "怎么了" in page and len(zipped.data) < len(plain.data) / 2


def test_the_same_page_is_not_always_of_the_same_length(cast, phone) -> None:
    one = phone()
    address = f"/c/{cast.codes['5号楼']}/report"
    lengths = {len(one.client.get(address, headers={"Accept-Encoding": "gzip"}).data) for _ in range(12)}
    assert len(lengths) > 2


def test_what_fits_into_one_packet_is_left_alone_and_a_kept_page_is_not_packed_twice(cast, phone) -> None:
    one, gz = phone(), {"Accept-Encoding": "gzip"}
    assert "Content-Encoding" not in one.client.get("/token", headers=gz).headers
    scan = one.client.get(f"/c/{cast.codes['5号楼']}", headers=gz)
    assert gzip.decompress(scan.data).startswith(b"<!doctype html>")


def test_whatever_a_resident_opens_goes_out_compressed(cast, phone) -> None:
    one, code = phone(), f"/c/{cast.codes['5号楼']}"
    ticket = one.report(cast.codes["5号楼"])
    pages = (
        ticket,
        code,
        f"{code}/topics",
        f"{code}/topics/new",
        "/me",
        "/me/known",
        "/me/data",
        "/privacy",
        "/t/none",
    )
    answers = {
        page: one.client.get(page, headers={"Accept-Encoding": "gzip"}) for page in (*pages, "/api/openapi.json")
    }
    assert [page for page, answer in answers.items() if answer.headers.get("Content-Encoding") != "gzip"] == []
