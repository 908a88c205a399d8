"""What every page shares: pages or problem+json, language, 长辈版, times in plain Chinese."""

import re
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import Babel, ngettext
from jinja2 import BaseLoader, Environment, Template
from markupsafe import Markup, escape
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from governance.core import errors
from governance.core.crypto import masked_name, masked_phone
from governance.core.db import now
from governance.core.translation import LANGUAGES, LOCALES, Translate, chosen, is_there, language, translate, translator
from governance.core.translation import LazyText as _l
from governance.core.web import forms, security

log = structlog.get_logger()
ZONE = ZoneInfo("Asia/Shanghai")
REMEDIES = {errors.SignInNeeded: "people.signin", errors.KnownNeeded: "people.known"}  # the page to go to first
FIXED = re.compile(r'\{\{ _\("([^"%]+)"\) \}\}')  # words with nothing to fill in
WHOLE = re.compile(r"(?<![\d-])(\d{3,4}-\d{7,8}|1[3-9]\d{9})(?![\d-])")
# Phone numbers as people write them here: with an area code, mobile, or short.
NUMBERS = re.compile(r"(?<![\d-])(\d{3,4}-\d{7,8}|1[3-9]\d{9}|1[12]\d|9\d{4}|12\d{3})(?![\d-])")
NEAR = {0: _l("今天"), 1: _l("明天"), -1: _l("昨天")}
THIS_YEAR, ANOTHER_YEAR = _l("%(month)s月%(day)s日"), _l("%(year)s年%(month)s月%(day)s日")
HTTP_ERRORS = {
    400: _l("这次请求看不懂，请返回再试"),
    404: _l("没有找到这一页"),
    405: _l("这里不能这样打开，请从上一页进"),
    413: _l("内容太大了：文字请短一些，一张照片不超过 15 MB"),
    415: _l("文件类型不对"),
    503: _l("系统正忙，请过一会儿再试；着急请打电话"),
}
TYPED = ("title", "words", "where", "note", "contact_name", "contact_phone")  # shown again with a refusal
NOT_DONE, SOMEBODY_FIRST = _l("没有办成，请返回再试"), _l("别人刚刚先办了，请看看最新情况")


def init_app(app: Flask) -> None:
    app.config.update(BABEL_DEFAULT_LOCALE=LOCALES[LANGUAGES[0]], BABEL_DEFAULT_TIMEZONE=ZONE.key)
    Babel(app, locale_selector=lambda: LOCALES[language()])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        calls=calls,
        clock=clock,
        day=day,
        hour=hour,
        lines=lines,
        said=said,
        masked_name=masked_name,
        masked_phone=masked_phone,
    )
    app.jinja_env.globals.update(
        _=translate,
        ngettext=ngettext,
        form_token=security.form_token,
        elder=elder,
        language=language,
        now=now,
        in_size=in_size,
        refused_fields=forms.refused_fields,
    )
    app.extensions["spoken"] = {}
    app.register_error_handler(errors.Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, lambda _: _problem(errors.Refused(SOMEBODY_FIRST)))
    app.register_error_handler(IntegrityError, lambda _: _problem(errors.Refused(SOMEBODY_FIRST)))
    app.register_error_handler(OperationalError, _database_away)
    app.after_request(_remember_choices)
    app.after_request(_taken_as_json)


class _Spoken(BaseLoader):
    """The same templates with the fixed words of one language put in before they are compiled."""

    def __init__(self, templates: BaseLoader, language: str) -> None:
        self._templates, self._translate = templates, translator(language)

    def get_source(self, environment: Environment, template: str) -> Any:
        source, *rest = self._templates.get_source(environment, template)
        return FIXED.sub(lambda found: str(escape(self._translate(found[1]))), source), *rest

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:
        """With all globals in one dict: Jinja's chain of dicts costs time at each page."""
        return super().load(environment, name, dict(globals or {}))


def translated(name: str, language: str) -> Template:
    """A template in one language, for pages that are rendered often: their fixed words are translated once."""
    app, known = current_app, current_app.extensions["spoken"]
    if language not in known:
        known[language] = app.jinja_env.overlay(loader=_Spoken(app.jinja_env.loader or BaseLoader(), language))
        known[language].globals = app.jinja_env.globals | {
            "_": translator(language),
            "language": lambda: language,
            "in_size": lambda elder: f"?elder={int(elder)}",  # a kept page knows nobody's query, and no form
            "refused_fields": list,
            "way_back": lambda path: None,
        }
    template: Template = known[language].get_template(name)
    return template


def elder() -> bool:
    """Whether 长辈版 is on: in the query string, or remembered in a cookie."""
    return chosen("elder") == "1"


def in_size(elder: bool) -> str:
    """The address of this page in 长辈版 or not, with the rest of its query. A form that was sent leads to its page."""
    asked = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name != "elder" and (name != "next" or inside(value))
    ]
    here = "" if request.method in ("GET", "HEAD") else _readable(request.path)
    return f"{here}?{urlencode([*asked, ('elder', int(elder))])}"


def _readable(path: str) -> str:
    """This path, or the nearest above it that can be opened."""
    urls = current_app.url_map.bind("")
    while path.strip("/") and not urls.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"


def _remember_choices(response: Response) -> Response:
    for name, fits in (("lang", is_there), ("elder", ("0", "1").__contains__)) if request.args else ():
        asked = request.args.get(name)
        if asked and request.method == "GET" and fits(asked):
            response.set_cookie(name, asked, max_age=400 * 86_400, samesite="Lax", secure=request.is_secure)
    return response


def _taken_as_json(response: Response) -> Response:
    """A form that was taken, to a script that asked for JSON: where to go, as `to`, instead of a redirect."""
    if request.method != "POST" or response.status_code != 303 or not wants_json():
        return response
    to = response.headers.pop("Location")
    response.status_code, response.content_type = 200, "application/json"
    response.set_data(jsonify(to=to, **g.get("in_json", {})).get_data())
    return response


def say_in_json(**facts: Any) -> None:
    """Add facts to the JSON answer of this request, if its form is taken and a script sent it."""
    g.in_json = facts


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(("text/html", "application/json", "application/problem+json"))
    return bool(best and best != "text/html")


def back(endpoint: str, **values: Any) -> Any:
    """A redirect with 303 See Other, after a form was taken."""
    return redirect(url_for(endpoint, **values), 303)


def public_url(endpoint: str, **values: Any) -> str:
    """An absolute address on PUBLIC_URL, for paper, messages and other devices."""
    return str(current_app.extensions["settings"].base_url) + url_for(endpoint, **values)


def inside(asked: str | None) -> str:
    """The path to go on to, if it is inside this site; empty for anything a browser could read as another host."""
    path = asked or ""
    other_host = path.startswith(("//", "/\\")) or "\\" in path
    return path if path.startswith("/") and path.isprintable() and not other_host else ""


def _problem(problem: errors.Problem) -> Any:
    first = url_for(problem.endpoint, **problem.values) if isinstance(problem, errors.SentBefore) else ""
    if wants_json() or _is_for_programs():
        fields = getattr(problem, "fields", None)
        return problem_json(problem.status, str(problem.title), problem.words, fields, to=first)
    remedy = REMEDIES.get(type(problem))
    if remedy and request.method in ("GET", "HEAD"):
        return redirect(url_for(remedy, next=request.full_path.rstrip("?")), 303)
    shown = {"title": problem.title, "words": problem.words, "status": problem.status, "remedy": remedy, "first": first}
    if isinstance(problem, errors.Refused) and request.method == "POST":
        shown |= {"typed": [text for name in TYPED if (text := request.form.get(name, "").strip())]}
        shown["there"] = _readable(request.path)
    page = render_template("shared/problem.html", **shown, again=getattr(problem, "again", ""))
    return page, problem.status


def _is_for_programs() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "tokenless", False))


def problem_json(status: int, title: str, detail: str, fields: dict[str, str] | None = None, to: str = "") -> Response:
    """An RFC 9457 problem; `fields` maps a field's name to its reason, `to` is where to look instead."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = jsonify(body | ({"fields": fields} if fields else {}) | ({"to": to} if to else {}))
    response.status_code, response.content_type = status, "application/problem+json"
    return response


def _http(error: HTTPException) -> Any:
    code = error.code or 500
    if error.response is not None or code in (301, 302, 303, 307, 308):
        return error
    words = str(HTTP_ERRORS.get(code, NOT_DONE))
    if wants_json() or _is_for_programs():
        return problem_json(code, words, words)
    return render_template("shared/problem.html", title=words, words="", status=code), code


def _database_away(trouble: OperationalError) -> Any:
    log.error("database.away", trouble=str(trouble.orig))
    answer = current_app.make_response(_http(ServiceUnavailable()))
    answer.headers["Retry-After"] = "5"
    return answer


def local(moment: datetime) -> datetime:
    return moment if moment.tzinfo is ZONE else moment.astimezone(ZONE)


def day(moment: datetime, today: date | None = None, say: Translate = translate) -> str:
    """今天, 昨天, 明天 or the date. A caller with many times passes today and language once."""
    there, today = local(moment).date(), today or local(now()).date()
    near = NEAR.get(there.toordinal() - today.toordinal())
    if near:
        return say(near.text)
    date_format = THIS_YEAR if there.year == today.year else ANOTHER_YEAR
    return say(date_format.text, year=there.year, month=there.month, day=there.day)


def minute(moment: datetime, today: date | None = None, say: Translate = translate) -> str:
    there = local(moment)
    return f"{day(there, today, say)} {there.hour:02}:{there.minute:02}"


def hour(moment: datetime) -> str:
    return f"{local(moment):%H:%M}"


def clock(moment: datetime | None, today: date | None = None, say: Translate = translate) -> Markup:
    """A time as people say it, in a `<time>` with the exact one."""
    if moment is None:
        return Markup("")
    there = local(moment)
    stamp, said = there.isoformat(timespec="seconds"), minute(there, today, say)
    return Markup(f'<time datetime="{stamp}">{said}</time>')  # noqa: S704  # nosec B704 - all ours


def said(text: str | None) -> Markup:
    """Free text with its line breaks, escaped; a whole phone number in it can be called."""
    link = r'<a href="tel:\1">\1</a>'
    return Markup("<br>").join(Markup(WHOLE.sub(link, str(escape(line)))) for line in (text or "").splitlines())  # noqa: S704  # nosec B704


def calls(text: str | None) -> Markup:
    """Free text of the staff, escaped, with its phone numbers as links."""
    return Markup(NUMBERS.sub(r'<a class="tel" href="tel:\1">\1</a>', str(escape(text or ""))))  # noqa: S704  # nosec B704


def lines(text: str | None) -> Markup:
    """Free text with its line breaks, escaped."""
    return Markup("<br>").join(escape(line) for line in (text or "").splitlines())
