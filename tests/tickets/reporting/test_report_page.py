"""What residents may rely on: the report form is kept for all, and is right for each of them and for each place."""

import re

from governance.core.db import db, find_by, writing
from governance.places.model import Place
from governance.tickets.categories import add_category
from tests.cast import Cast


def tokens_of(page: str) -> tuple[set[str], str]:
    return set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)), re.findall(
        r'name="submission"[^>]*value="([^"]+)"', page
    )[0]


def test_each_visitor_has_a_token_and_a_submission_of_their_own(phone, cast: Cast) -> None:
    ticket, worker = phone().report(cast.codes["5号楼"], words="电梯异响"), phone().sign_in("gao")
    worker.get(ticket)
    worker.post(f"{ticket}/moves/accept")  # so that there is something to join, with a token too
    address, one, another = f"/c/{cast.codes['5号楼']}/report", phone(), phone()
    first, second = (tokens_of(one_phone.get(address).get_data(as_text=True)) for one_phone in (one, another))
    assert len(first[0]) == len(second[0]) == 1
    assert first[0] != second[0] and first[1] != second[1]
    assert tokens_of(one.get(address).get_data(as_text=True))[1] != first[1]


def test_the_form_follows_its_place_and_its_categories(phone, cast: Cast) -> None:
    code, mine = cast.codes["5号楼"], phone()
    before = mine.get(f"/c/{code}/report").get_data(as_text=True)
    with writing():
        add_category(slug="trees", label="树木<枯枝>", hours=24, hint="")
    assert "树木&lt;枯枝&gt;" in mine.get(f"/c/{code}/report").get_data(as_text=True)
    ticket = mine.report(code, category="light", words="楼道灯不亮")
    unchecked = mine.get(f"/c/{code}/report").get_data(as_text=True)
    assert "open-here" in unchecked and "open-here" not in before
    assert "join-" not in unchecked and "照样报" in unchecked  # nobody joins what they cannot read
    worker = phone().sign_in("gao")
    worker.get(ticket)
    assert worker.post(f"{ticket}/moves/accept").status_code == 303
    after = mine.get(f"/c/{code}/report").get_data(as_text=True)
    assert "楼道灯不亮" in after and f"join-{ticket.rpartition('/')[2]}" in after


def test_what_a_place_is_called_is_text_on_the_form(phone, cast: Cast) -> None:
    with writing():
        place = find_by(Place, id=cast.places["5号楼"])
        place.name, place.version = '5号楼"><b>', place.version + 1
    page = phone().get(f"/c/{cast.codes['5号楼']}/report").get_data(as_text=True)
    assert "5号楼&#34;&gt;&lt;b&gt;" in page and '"><b>' not in page
    db.session.rollback()
