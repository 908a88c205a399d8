"""What is let go was seen: words whole and photos beside the tap; what is kept back shows nowhere at all."""

import io
import re

import pytest

from governance.core import media
from governance.core.db import db, find_by, now, writing
from governance.core.events import Event
from governance.relay.messages import audience
from governance.tickets import photos as photo_jobs
from governance.tickets.model import Photo, Ticket
from tests import photos

LONG = "二单元门口堆着旧沙发和纸箱，推轮椅出不来，昨天老人差点绊倒，麻烦来看看"
KEPT_BACK = "旧沙发"


@pytest.fixture
def reported(phone, cast):
    """A report with words and a clean photo; its address."""
    mine = phone()
    mine.get(f"/c/{cast.codes['5号楼']}/report")
    sent = {"category": "parking", "words": LONG, "photos": (io.BytesIO(photos.png()), "a.png")}
    answer = mine.post(f"/c/{cast.codes['5号楼']}/report", **sent)
    assert answer.status_code == 303, mine.page
    return answer.location


@pytest.fixture
def cleaned(reported):
    photo_jobs.clean_photo(the_photo().id)
    return reported


def the_photo() -> Photo:
    db.session.rollback()
    return db.session.query(Photo).one()


def the_ticket(address: str) -> Ticket:
    db.session.rollback()
    ticket = find_by(Ticket, ref=address.removeprefix("/t/"))
    assert ticket is not None
    db.session.refresh(ticket)
    return ticket


def tap(worker, address: str, **form: str):
    """受理 on the desk's card, with what stands there."""
    worker.get("/desk")
    return worker.post(f"{address}/moves/accept", back="/desk", **form)


def accepted_with_photo(worker, address: str):
    """受理 on the ticket's page, with the tick beside the large photo."""
    page = worker.get(address).get_data(as_text=True)
    box = re.search(r'name="let_out" value="([^"]+)"', page)
    assert box and photo_address(address, "full") in page[: box.start()]
    return worker.post(f"{address}/moves/accept", let_out=[box[1]])


def photo_address(address: str, size: str = "thumb") -> str:
    return f"{address}/photos/{the_photo().key}-{size}.jpg"


def test_the_card_shows_the_words_whole_and_the_photo_beside_the_tap(phone, cleaned) -> None:
    worker = phone().sign_in("gao")
    card = worker.get("/desk").get_data(as_text=True)
    assert LONG in card and photo_address(cleaned) in card
    assert card.index(LONG) < card.index("受理</button>")
    assert worker.get(photo_address(cleaned)).status_code == 200
    assert "文字先不公开" in card and "照片先不公开" in card


def test_the_cards_tap_lets_go_the_words_and_no_photo(phone, cast, cleaned) -> None:
    assert tap(phone().sign_in("gao"), cleaned, let_out="").status_code == 303
    other = phone()
    page = other.get(cleaned).get_data(as_text=True)
    assert LONG in page and "没有对邻居公开：照片 1 张" in page
    assert other.get(photo_address(cleaned)).status_code == 404
    assert KEPT_BACK in other.get(f"/c/{cast.codes['5号楼']}").get_data(as_text=True)


def test_a_photo_goes_out_by_the_tick_beside_its_large_picture(phone, cleaned) -> None:
    assert accepted_with_photo(phone().sign_in("gao"), cleaned).status_code == 303
    other = phone()
    assert photo_address(cleaned) in other.get(cleaned).get_data(as_text=True)
    for size in ("thumb", "full"):
        assert other.get(photo_address(cleaned, size)).status_code == 200


def test_a_photo_that_was_not_cleaned_yet_cannot_be_let_out(phone, reported) -> None:
    worker, key = phone().sign_in("gao"), the_photo().key
    page = worker.get(reported).get_data(as_text=True)
    assert "还有照片正在处理" in page and 'name="let_out"' not in page
    assert worker.post(f"{reported}/moves/accept", let_out=[key]).status_code == 303
    photo_jobs.clean_photo(the_photo().id)
    assert not the_photo().let_out
    assert phone().get(photo_address(reported)).status_code == 404


@pytest.mark.parametrize("move", ["accept", "finish"])
def test_what_is_kept_back_shows_nowhere(phone, cast, cleaned, move) -> None:
    worker, joiner, code = phone().sign_in("gao"), phone(), cast.codes["5号楼"]
    joiner.get(cleaned)
    joiner.post(f"{cleaned}/join")
    worker.get(cleaned)
    kept = {"hide_words": "1"}
    assert worker.post(f"{cleaned}/moves/{move}", note="看过了", **kept).status_code == 303
    for other in (phone(), joiner, phone().sign_in("lin")):
        pages = [
            other.get(address).get_data(as_text=True)
            for address in (f"/c/{code}?view=resident", f"/c/{code}/report", cleaned, "/me", "/desk", "/desk/relay")
        ]
        assert not [page for page in pages if KEPT_BACK in page or the_photo().key in page]
        for size in ("thumb", "full"):
            assert other.get(photo_address(cleaned, size)).status_code == 404
        assert other.get(f"{cleaned}/record").status_code != 200
    assert "没有对邻居公开：文字、照片 1 张" in phone().get(cleaned).get_data(as_text=True)
    for event in db.session.query(Event).filter_by(noun="ticket"):
        for who in ("workers", "residents"):
            told = audience.tellings_of(event).telling(who)
            assert told is None or KEPT_BACK not in told.words
    assert "文字、照片先不公开" in phone().sign_in("shen").get(f"{cleaned}/record").get_data(as_text=True)


def test_those_in_charge_take_a_photo_back_and_let_it_out_again_with_a_reason_on_record(phone, cast, cleaned) -> None:
    worker, other, key = phone().sign_in("gao"), phone(), the_photo().key
    accepted_with_photo(worker, cleaned)
    page = worker.get(cleaned).get_data(as_text=True)
    assert f'value="{key}" checked' in page[page.index('id="publish"') :]
    assert worker.post(f"{cleaned}/public", seen=key).status_code == 422
    assert "请写一句为什么改" in worker.page
    assert worker.post(f"{cleaned}/public", seen=key, reason="拍到了车牌").status_code == 303
    assert other.get(photo_address(cleaned)).status_code == 404
    assert LONG in other.get(cleaned).get_data(as_text=True)
    assert worker.post(f"{cleaned}/public", seen=key, reason="又点").status_code == 422
    worker.get(cleaned)
    assert worker.post(f"{cleaned}/public", seen=key, let_out=[key], reason="遮好了").status_code == 303
    assert other.get(photo_address(cleaned)).status_code == 200
    assert worker.post(f"{cleaned}/public", seen="", let_out=[], hide_words="1", reason="别的").status_code == 303
    assert other.get(photo_address(cleaned)).status_code == 200  # what was not on the page stays as it was
    record = phone().sign_in("shen").get(f"{cleaned}/record").get_data(as_text=True)
    assert all(word in record for word in ("先不公开", "拍到了车牌", "公开了", "遮好了"))
    assert "拍到了车牌" not in other.get(cleaned).get_data(as_text=True)


def test_a_photo_added_later_is_for_those_in_charge(phone, cast, cleaned) -> None:
    worker = phone().sign_in("gao")
    tap(worker, cleaned)
    with writing():
        later = Photo(key="9" * 24, person_id=cast.people["gao"], submission="", digest="", state="clean", step="more")
        later.ticket_id, later.at = the_ticket_id(cleaned), now()
        db.session.add(later)
    media.put(f"photos/99/{'9' * 24}-thumb.jpg", b"a photo")
    address = f"{cleaned}/photos/{'9' * 24}-thumb.jpg"
    assert phone().get(address).status_code == 404
    assert worker.get(address).status_code == 200


def the_ticket_id(address: str) -> int:
    return db.session.query(Ticket.id).filter_by(ref=address.removeprefix("/t/")).scalar()


def test_who_merely_handles_it_elsewhere_or_was_sent_it_decides_nothing(phone, cast, cleaned) -> None:
    tap(phone().sign_in("gao"), cleaned)
    for account in ("lin", "wu", "tang"):
        somebody = phone().sign_in(account)
        somebody.get(cleaned)
        assert somebody.post(f"{cleaned}/public", hide_words="1", reason="不想让人看").status_code == 403


def test_a_photo_whose_file_is_gone_is_not_there_and_breaks_no_page(cleaned, phone):
    gao = phone().sign_in("gao")
    assert gao.get(photo_address(cleaned)).status_code == 200
    media.delete(photo_jobs.address(the_photo(), "thumb"))
    assert gao.get(photo_address(cleaned)).status_code == 404 and gao.get(cleaned).status_code == 200


def test_others_read_neither_phone_nor_door_nor_name_and_the_worker_may_word_it(phone, cast) -> None:
    words = "三楼漏水，我叫张伟民，住3单元501，电话13812345678，快来修"
    one, gao, stranger = phone(), phone().sign_in("gao"), phone()
    there = one.report(cast.codes["5号楼"], words=words)
    page = gao.get(there).text
    assert "13812345678" in page and "（电话）" in page  # the worker sees both
    assert gao.post(f"{there}/moves/accept").status_code == 303
    for reader, address in ((stranger, there), (stranger, f"/c/{cast.codes['5号楼']}")):
        seen = reader.get(address).text
        assert not any(secret in seen for secret in ("13812345678", "张伟民", "501")), address
    assert "漏水" in stranger.get(there).text and "13812345678" in one.get(there).text
    gao.get(there)
    changed = {"public_words": "三楼漏水，快来修", "reason": "去掉多余的话"}
    assert gao.post(f"{there.rstrip('/')}/public", **changed).status_code == 303
    assert "三楼漏水，快来修" in stranger.get(there).text and words in gao.get(there).text
    assert "去掉多余的话" in one.get(there).text


def test_the_worker_sees_what_will_be_masked_in_the_words_themselves(phone, cast) -> None:
    there = phone().report(cast.codes["5号楼"], words="三楼漏水，我叫张伟民，电话13812345678")
    page = phone().sign_in("gao").get(there).text
    assert "<mark>13812345678</mark>" in page and "<mark>张伟民</mark>" in page and "（电话）" in page


def test_a_photo_that_fails_later_tells_who_sent_it_and_asks_again(phone, cast) -> None:
    mine, joiner = phone(), phone()
    cut = (io.BytesIO(photos.truncated()), "half.jpg")
    address = mine.report(cast.codes["5号楼"], photos=cut)
    joiner.get(address)
    joiner.post(f"{address}/join")
    photo_jobs.clean_photo(the_photo().id)
    page = mine.get(address).get_data(as_text=True)
    assert the_photo().state == "refused", the_photo().state
    assert "有一张照片没收下：照片没有传完整" in page and 'href="#more"' in page and 'open id="more"' in page
    assert "有一张照片没收下，点开再传一张" in mine.get("/me").get_data(as_text=True)
    for other in (joiner, phone()):
        assert "没收下" not in other.get(address).get_data(as_text=True)
    event = db.session.query(Event).filter_by(verb="photo_refused").one()
    told = audience.tellings_of(event).telling("resident")
    assert told is not None and "照片没收下" in told.words
    mine.get(address)
    assert mine.post(f"{address}/more", photos=(io.BytesIO(photos.png()), "again.png")).status_code == 303
    assert "有一张照片没收下：" not in mine.get(address).get_data(as_text=True)
    assert phone().sign_in("shen").get(f"{address}/record").status_code == 200


STAFF_WORDS = "已联系502的李大爷，电话13911112222，下周三换锁"


@pytest.mark.parametrize("moves", [("finish",), ("decline",), ("accept", "hold"), ("decline", "appeal", "uphold")])
def test_strangers_read_what_staff_wrote_without_numbers_doors_and_names(phone, cast, moves):
    mine = phone()
    address = mine.report(cast.codes["5号楼"], category="noise", words="半夜打桩")
    gao, shen = phone().sign_in("gao"), phone().sign_in("shen")
    for move in moves:
        who = {"appeal": mine, "uphold": shen}.get(move, gao)
        who.get(address)
        assert who is mine or "自动遮住" in who.page or move == "accept"
        assert who.post(f"{address}/moves/{move}", note=STAFF_WORDS).status_code == 303
    page = phone().get(address).get_data(as_text=True)
    assert "下周三换锁" in page
    for leak in ("13911112222", "502", "李大爷"):
        assert leak not in page and leak in mine.get(address).get_data(as_text=True)
        assert leak in gao.get(address).get_data(as_text=True)
