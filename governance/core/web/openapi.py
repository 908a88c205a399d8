"""The OpenAPI 3.1 document of the JSON endpoints. A view carries its `Operation`; the document holds them all.

The schemas are those of the pydantic models by which each view checks what it is sent (JSON Schema 2020-12).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from flask import Flask
from pydantic import Field

from governance.core import errors
from governance.core.web.json_input import Model, schema_of

View = TypeVar("View", bound=Callable[..., Any])
JSON, PROBLEM_JSON, MULTIPART = "application/json", "application/problem+json", "multipart/form-data"
DOCUMENT = "3.1.0"


class Problem(Model):
    """An error, as `pages.problem_json` answers it (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    fields: dict[str, str] = Field({}, description="哪一项：哪里不对")


@dataclass(frozen=True)
class Operation:
    """What one method of an endpoint takes and gives, as models.

    `query` is what may stand behind the "?", `form` the same as `takes` as a form with files. `refuses` are the errors
    it answers with, and when.
    """

    name: str
    summary: str
    gives: type[Model]
    takes: type[Model] | None = None
    form: type[Model] | None = None
    query: type[Model] | None = None
    refuses: Mapping[type[errors.Problem], str] = field(default_factory=dict)
    about: str = ""


def described(operation: Operation) -> Callable[[View], View]:
    """Attach to a view what it takes and gives."""

    def describe(view: View) -> View:
        view.described = operation  # type: ignore[attr-defined]
        return view

    return describe


def document(app: Flask, title: str, about: str, server: str) -> dict[str, Any]:
    """All described endpoints of the application."""
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
            "schemas": {"Problem": schema_of(Problem)},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, arguments: list[str]) -> dict[str, Any]:
    in_path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in arguments]
    query = schema_of(operation.query)["properties"] if operation.query else {}
    asked = [{"name": name, "in": "query", "schema": schema} for name, schema in query.items()]
    answers: dict[str, Any] = {
        "200": {"description": "好了", "content": {JSON: {"schema": schema_of(operation.gives)}}}
    }
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
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of(operation.takes)}}}
    if operation.takes and operation.form:
        made["requestBody"]["content"][MULTIPART] = {"schema": schema_of(operation.form)}
    return made
