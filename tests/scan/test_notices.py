"""Who is not in the group finds the notices in force behind the code."""

import uuid
from datetime import timedelta

import pytest

from governance.core.db import now, writing
from governance.core.web import page_cache
from governance.notices import actions
from governance.notices import lifecycle as life
from governance.relay.groups import binding


@pytest.fixture
def told(cast):
    """A notice of 银杏社区 told to its groups."""

    def made(title: str, place: str = "银杏社区", audience: str = "residents", urgent: bool = False):
        binding.add(cast.viewer("du"), "manual", audience, title, {}, [cast.place(place)])
        facts = {"title": title, "words": "请看", "audience": audience, "urgent": urgent}
        notice = actions.write(cast.place(place), cast.viewer("du"), str(uuid.uuid4()), **facts)
        actions.make_move(notice, "publish", cast.viewer("du"), {})
        return notice

    return made


def scan(phone, cast, place: str = "5号楼") -> str:
    page_cache.clear()
    return phone().get(f"/c/{cast.codes[place]}").get_data(as_text=True)


def test_a_notice_stands_behind_every_code_in_its_place_and_leads_to_its_words(phone, cast, told) -> None:
    notice = told("周四停水")
    for place, is_there in (("5号楼", True), ("3号院", True), ("8号院", False)):
        page = scan(phone, cast, place)
        assert ("周四停水" in page, f'href="/notices/{notice.ref}"' in page) == (is_there, is_there), place
    reader = phone()
    reader.get(f"/c/{cast.codes['5号楼']}")
    reader.get(f"/notices/{notice.ref}")
    assert f'href="/c/{cast.codes["5号楼"]}"' in reader.page


def test_what_is_stopped_old_or_for_workers_is_not_there_and_the_urgent_comes_first(phone, cast, told) -> None:
    stopped, old = told("停掉的"), told("上个月的")
    told("只给工作群", audience="workers")
    told("平常的")
    told("要紧的", urgent=True)
    told("后来的")
    actions.make_move(stopped, "stop", cast.viewer("du"), {"note": "写错了"})
    with writing():
        old.sent_at = now() - timedelta(days=8)
    page = scan(phone, cast)
    assert not any(title in page for title in ("停掉的", "上个月的", "只给工作群"))
    assert page.index("要紧的") < page.index("后来的") < page.index("平常的")
    assert stopped.state == life.STOPPED
