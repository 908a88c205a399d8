"""What a program sends is checked by the model that describes it, and refused by the name of each wrong field."""

from typing import Annotated

import pytest
from pydantic import Field

from governance.core.errors import Invalid
from governance.core.web.json_input import Model, read_json, schema_of


class Item(Model):
    id: Annotated[int, Field(ge=1, le=9)]
    title: Annotated[str, Field(min_length=1, max_length=3)]


class Basket(Model):
    items: Annotated[list[Item], Field(min_length=1, max_length=2)]


def test_what_fits_is_read_and_what_is_not_described_is_ignored() -> None:
    found = read_json(Basket, '{"items": [{"id": 1, "title": "灯", "more": {}}], "other": 1}'.encode())
    assert found == Basket(items=[Item(id=1, title="灯")])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("", {"items": "要 JSON：items"}),
        ("[" * 100_000, {"items": "要 JSON：items"}),
        ("[]", {"items": "要 JSON：items"}),
        ("{}", {"items": "要一个列表，1 到 2 项"}),
        ('{"items": [1]}', {"items[0]": "要 JSON：id、title"}),
        (
            '{"items": [{"id": 1, "title": "灯"}, {"id": "1", "title": ""}]}',
            {"items[1].id": "要一个整数，1 到 9", "items[1].title": "要一段文字，1 到 3 个字"},
        ),
        ('{"items": [{"id": true, "title": "\\ud800"}]}', {"items[0].id", "items[0].title"}),
    ],
)
def test_each_wrong_field_is_named(body: str, fields: object) -> None:
    with pytest.raises(Invalid) as refused:
        read_json(Basket, body.encode())
    assert (refused.value.fields if isinstance(fields, dict) else set(refused.value.fields)) == fields


def test_a_schema_stands_alone_and_keeps_a_field_called_title() -> None:
    item = schema_of(Basket)["properties"]["items"]["items"]
    assert list(item["properties"]) == ["id", "title"] and "title" not in item
    assert "$" not in str(schema_of(Basket))
