"""The doors of categories, which are the officers'."""

from governance.core.db import db
from governance.tickets.model import Category
from tests.keep.parts import fresh


def test_a_category_is_added_changed_retired_and_brought_back(phone, cast):
    qiao = phone().sign_in("qiao")
    for wrong in (
        {"slug": "Tree!"},
        {"slug": "lift"},
        {"label": "电梯"},
        {"hours": "0"},
        {"hours": "x"},
        {"label": ""},
    ):
        refused = qiao.post("/keep/categories/new", **({"slug": "tree", "label": "树木", "hours": "48"} | wrong))
        assert refused.status_code == 422 and 'class="wrong"' in refused.text
    assert qiao.post("/keep/categories/new", slug="tree", label="树木", hours="48", verify="y").status_code == 303
    fresh()
    row = cast.category("tree")
    assert (row.hours, row.verify, row.private) == (48, True, False)
    address = f"/keep/categories/{row.id}"
    assert qiao.post(address, label="电梯", hours="24").status_code == 422
    assert qiao.post(address, label="树木倒伏", hours="24").status_code == 303
    steps = [qiao.post(f"{address}/{verb}").status_code for verb in ("retire", "retire", "restore", "restore")]
    assert steps == [303, 409, 303, 409]
    fresh()
    assert db.session.get(Category, row.id).label == "树木倒伏"
    for box in ("private", "above_grid", "photo_to_finish", "scan_to_finish", "verify"):
        assert qiao.post(address, label="树木倒伏", hours="24", **{box: "y"}).status_code == 303
        fresh()
        assert getattr(db.session.get(Category, row.id), box), box
    assert phone().sign_in("shen").post(address, label="改", hours="1").status_code == 403
