"""Checks what a program sends against a pydantic model: the one that describes it in the OpenAPI document.

A refusal is `Invalid` by field, where `results[3].id` is a field inside a list. Its words are made from the schema of
that field, so they say what the document says.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from governance.core.db import LARGEST
from governance.core.errors import Invalid
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l

Schema = Mapping[str, Any]


class Model(BaseModel):
    """A JSON object. Values are taken as they are, not converted; fields that are not described are ignored."""

    model_config = ConfigDict(strict=True)


Read = TypeVar("Read", bound=Model)


def read_json(model: type[Read], body: bytes) -> Read:
    """The object in a body. Raises Invalid by field."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    return read(model, sent)


def read(model: type[Read], sent: Any) -> Read:
    """The object that was sent, checked. Raises Invalid by field."""
    try:
        return model.model_validate(sent if isinstance(sent, Mapping) else None)
    except ValidationError as wrong:
        places, schema = [error["loc"] for error in wrong.errors()], schema_of(model)
        raise Invalid({_field(where, schema): _expected(where, schema) for where in places}) from wrong


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model without references and titles, as a reader wants it."""
    schema = model.model_json_schema()
    found: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    return found


def _inlined(part: Any, definitions: Schema) -> Any:
    if isinstance(part, list):
        return [_inlined(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    dropped = {name for name in ("title", "$defs") if not isinstance(part.get(name), dict) or name == "$defs"}
    return {name: _inlined(each, definitions) for name, each in part.items() if name not in dropped}


def _field(where: tuple[int | str, ...], schema: Schema) -> str:
    """A field's name as a program finds it: `results[3].id`; the first field when the whole object is wrong."""
    parts = where or tuple(schema["properties"])[:1]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _expected(where: tuple[int | str, ...], schema: Schema) -> AnyText:
    for part in where:
        schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
    if "enum" in schema:
        return _l("只能是 %(values)s", values="、".join(schema["enum"]))
    if schema["type"] == "string":
        return _l("要一段文字，1 到 %(most)s 个字", most=schema["maxLength"])
    if schema["type"] == "integer":
        least, most = schema["minimum"], schema["maximum"]
        if most == LARGEST:
            return _l("要一个正整数")
        return _l("要一个整数，%(least)s 到 %(most)s", least=least, most=most)
    if schema["type"] == "array":
        return _l("要一个列表，%(least)s 到 %(most)s 项", least=schema.get("minItems", 0), most=schema["maxItems"])
    return _l("要 JSON：%(fields)s", fields="、".join(schema["properties"]))
