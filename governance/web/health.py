"""For operations: liveness, readiness and metrics."""

import ipaddress
import time
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import func, select, text

from governance.core.crypto import same
from governance.core.db import db, now
from governance.core.errors import Missing
from governance.core.jobs import DUE as JOB_DUE
from governance.core.jobs import FAILED as JOB_FAILED
from governance.core.jobs import Job
from governance.people.access.current import open_to
from governance.people.access.permissions import anyone
from governance.relay.model import Delivery

bp = Blueprint("health", __name__)
REQUESTS = Counter("http_requests_total", "Answers given", ["endpoint", "status"])
SECONDS = Histogram("http_request_seconds", "Time to answer", ["endpoint"], buckets=(0.01, 0.05, 0.1, 0.3, 1, 3, 10))
JOBS = Gauge("jobs", "Jobs by state", ["state"])
DELIVERIES = Gauge("deliveries", "Deliveries by state", ["state"])
OLDEST = Gauge("oldest_due_job_seconds", "How long the oldest due job has waited")


_requests, _seconds = cache(REQUESTS.labels), cache(SECONDS.labels)


def init_app(app: Flask) -> None:
    app.after_request(_count)
    app.register_blueprint(bp)


def _count(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    _requests(endpoint, response.status_code).inc()
    _seconds(endpoint).observe(time.perf_counter() - g.started)
    return response


@bp.get("/health/live")
@open_to(anyone)
def live() -> Any:
    return jsonify(status="ok")


@bp.get("/health/ready")
@open_to(anyone)
def ready() -> Any:
    """Ready when the database answers; OperationalError becomes 503 with Retry-After."""
    db.session.execute(text("SELECT 1 FROM place LIMIT 1"))
    return jsonify(status="ok")


@bp.get("/metrics")
@open_to(anyone)
def metrics() -> Any:
    if not _may_ask():
        raise Missing
    for gauge, table, states in (
        (JOBS, Job, (JOB_DUE, JOB_FAILED)),
        (DELIVERIES, Delivery, ("due", "failed", "unknown")),
    ):
        for state in states:
            gauge.labels(state).set(
                db.session.scalar(select(func.count()).select_from(table).filter_by(state=state)) or 0
            )
    oldest = db.session.scalar(select(func.min(Job.due_at)).filter_by(state=JOB_DUE))
    OLDEST.set(max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _may_ask() -> bool:
    token = current_app.extensions["settings"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return same(given, token)
    proxied = "X-Forwarded-For" in request.headers
    return not proxied and ipaddress.ip_address(request.remote_addr or "::").is_loopback
