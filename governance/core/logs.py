"""Structured logs, one JSON object a line; phone and identity numbers are masked in every value."""

import logging
import re
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict

NUMBER = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
SECRET = re.compile(r"(?:((?:key|k|token|secret|password|csrf_token|code)=)|(/[sd]/))[^&\s\"'/?]+")


def mask(text: str) -> str:
    """The text with mobile numbers, identity numbers and secrets in addresses masked."""
    return SECRET.sub(r"\1\2***", NUMBER.sub(lambda found: found[0][:3] + "****", text))


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return value


def _mask_event(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: _masked(value) for key, value in event.items()}


def configure() -> None:
    shared = (
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_event,
    )
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=secrets.token_hex(6))


def _finish(response: Response) -> Response:
    if request.method != "GET" or response.status_code >= 400:
        took = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000)
        structlog.get_logger().info(
            "http", method=request.method, path=request.path, status=response.status_code, ms=took
        )
    return response
