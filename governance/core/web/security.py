"""Security of every endpoint: a device cookie, form tokens, strict headers, and a declared audience for each route."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, ValidationError, generate_csrf, validate_csrf
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest

from governance.core.errors import Stale

View = TypeVar("View", bound=Callable[..., Any])
DEVICE_DAYS = 400  # the longest life browsers grant a cookie (RFC 6265bis, section 5.5)
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
OVER_TLS = HEADERS | {"Strict-Transport-Security": "max-age=31536000"}


class UndeclaredAudience(RuntimeError):
    """A route without a declared audience; the application does not start with one."""


def init_app(app: Flask, https: bool) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="device",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=DEVICE_DAYS * 86_400,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = _Cookies()
    CSRFProtect(app)
    app.before_request(_check_address)
    app.before_request(_check_form_token)
    app.after_request(_headers)


class _Cookies(SecureCookieSessionInterface):
    """Flask's own, with the signer made once instead of for every request."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        self._signer = self._signer or super().get_signing_serializer(app)
        return self._signer


def device() -> str:
    """The identity of this device, made at the first page that needs one: 128 random bits in the signed cookie."""
    if "device" not in session:
        session.permanent = True
        session["device"] = secrets.token_urlsafe(16)
    identity: str = session["device"]
    return identity


def known_device() -> str | None:
    return session.get("device")


def form_token() -> str:
    device()
    return generate_csrf()


def refills(view: View) -> View:
    """Show this form again, filled, when its token is stale. `Form.ok` is then false."""
    view.refills = True  # type: ignore[attr-defined]
    return view


def tokenless(view: View) -> View:
    """For programs with a key of their own: no cookie is read, so no form token is required."""
    view.tokenless = True  # type: ignore[attr-defined]
    return view


def takes(megabytes: int) -> Callable[[View], View]:
    """The largest body of this form; without it a request may bring one megabyte."""

    def declare(view: View) -> View:
        view.max_bytes = megabytes << 20  # type: ignore[attr-defined]
        return view

    return declare


def stale_form() -> bool:
    return bool(g.get("stale_form"))


def _check_address() -> None:
    """Refuse the null character, which no database can look for."""
    if "\0" in request.path or any("\0" in value for values in request.args.listvalues() for value in values):
        raise BadRequest


def _check_form_token() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    view = _view()
    request.max_content_length = getattr(view, "max_bytes", 1 << 20)
    if view is None or getattr(view, "tokenless", False):
        return
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRF-Token"))
    except ValidationError as trouble:
        if not getattr(view, "refills", False):
            raise Stale from trouble
        g.stale_form = True


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def _headers(response: Response) -> Response:
    """Add the headers to every response; one that a view has set stays."""
    given = {name.lower() for name, _ in response.headers}
    fitting = OVER_TLS if request.is_secure else HEADERS
    response.headers.extend([(name, value) for name, value in fitting.items() if name.lower() not in given])
    return response


def check_audiences(app: Flask) -> None:
    """Raises UndeclaredAudience unless every route declares who may use it."""
    undeclared = [
        rule.rule for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "open_to")
    ]
    if undeclared:
        raise UndeclaredAudience(", ".join(sorted(undeclared)))
