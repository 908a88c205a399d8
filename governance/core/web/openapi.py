"""The JSON doors, described where they stand: a view carries its `Operation`, and the document is made of all of them.

The document is OpenAPI 3.1, whose schemas are JSON Schema 2020-12.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask

from governance.core import errors

View = TypeVar("View", bound=Callable[..., Any])
Schema = Mapping[str, Any]
JSON, PROBLEM_JSON, MULTIPART = "application/json", "application/problem+json", "multipart/form-data"
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "fields": {
            "type": "object",
            "description": "哪一项：哪里不对",
            "additionalProperties": {"type": "string"},
        },
    },
}
DOCUMENT = "3.1.0"


@dataclass(frozen=True)
class Operation:
    """What one method of a door takes and gives. `refuses` are the errors it answers with, and when; `form` is the
    same that it takes as a form, with files."""

    name: str
    summary: str
    gives: Schema
    takes: Schema | None = None
    form: Schema | None = None
    asked: Mapping[str, Schema] = field(default_factory=dict)  # what may stand behind the "?"
    refuses: Mapping[type[errors.Problem], str] = field(default_factory=dict)
    about: str = ""


def described(operation: Operation) -> Callable[[View], View]:
    """Say what a view takes and gives; whoever changes the view reads it above it."""

    def describe(view: View) -> View:
        view.described = operation  # type: ignore[attr-defined]
        return view

    return describe


def text(longest: int | None = None, **more: Any) -> Schema:
    return {"type": "string"} | ({"minLength": 1, "maxLength": longest} if longest else {}) | more


def whole(least: int = 1, most: int | None = None, **more: Any) -> Schema:
    return {"type": "integer", "minimum": least} | ({"maximum": most} if most else {}) | more


def fields(**properties: Schema) -> Schema:
    """An object in which all of these are given."""
    return {"type": "object", "required": list(properties), "properties": dict(properties)}


def binary(**more: Any) -> Schema:
    """A file of a form; OpenAPI 3.1 says it by its media type."""
    return {"type": "string", "contentMediaType": "application/octet-stream"} | more


def listed(item: Schema, most: int | None = None, least: int = 0) -> Schema:
    counts = ({"minItems": least} if least else {}) | ({"maxItems": most} if most else {})
    return {"type": "array", "items": item} | counts


def document(app: Flask, title: str, about: str, server: str) -> dict[str, Any]:
    """All described doors of the application."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        operation = getattr(app.view_functions[rule.endpoint], "described", None)
        if operation is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule.rule)
            paths.setdefault(path, {})[method.lower()] = _operation(operation, sorted(rule.arguments))
    return {
        "openapi": DOCUMENT,
        "info": {"title": title, "version": "1", "description": about},
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, arguments: list[str]) -> dict[str, Any]:
    in_path = [{"name": name, "in": "path", "required": True, "schema": text()} for name in arguments]
    asked = [{"name": name, "in": "query", "schema": schema} for name, schema in operation.asked.items()]
    answers: dict[str, Any] = {"200": {"description": "好了", "content": {JSON: {"schema": operation.gives}}}}
    for problem, why in operation.refuses.items():
        content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        answers[str(problem.status)] = {"description": why, "content": content}
    made: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": in_path + asked,
        "responses": answers,
    }
    if operation.about:
        made["description"] = operation.about
    if operation.takes:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": operation.takes}}}
    if operation.takes and operation.form:
        made["requestBody"]["content"][MULTIPART] = {"schema": operation.form}
    return made
