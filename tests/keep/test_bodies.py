"""The doors of bodies: added and changed within one's own places."""

from sqlalchemy import select

from governance.core.db import db
from governance.people.model import Body
from tests.keep.parts import fresh


def test_a_body_is_added_and_changed(phone, cast):
    qiao = phone().sign_in("qiao")
    refused = qiao.post("/keep/bodies/new", name="新物业", kind="物业公司", phone="", place="没有的地方")
    assert refused.status_code == 422 and "没有找到" in refused.text and 'value="新物业"' in refused.text
    assert qiao.post("/keep/bodies/new", name="绿叶物业", kind="物业公司", place="柳荫街道").status_code == 422
    assert qiao.post("/keep/bodies/new", name="新物业", kind="物业公司", place="银杏社区").status_code == 303
    fresh()
    body = db.session.scalars(select(Body).filter_by(name="新物业")).one()
    assert qiao.post(f"/keep/bodies/{body.id}", name="新物业二", kind="其他单位", place="海棠社区").status_code == 303
    fresh()
    assert db.session.get(Body, body.id).place_id == cast.places["海棠社区"]
