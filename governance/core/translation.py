"""Translation of what people read. A text is written in Chinese and translated when it is shown, for its reader.

`bin/_words.py` checks that every text can be extracted: it stands in `_()`, `_l()` or a `Problem`. Outside a request
(jobs, commands) the language is Chinese.
"""

from collections.abc import Callable, Mapping

from babel.support import NullTranslations, Translations
from flask import current_app, has_request_context, request

LANGUAGES = ("zh", "en")
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
Translate = Callable[..., str]


class LazyText:
    """A text whose reader is not known yet; `facts` replace its `%(name)s`. `str()` translates it."""

    __slots__ = ("facts", "text")

    def __init__(self, text: str, /, **facts: object) -> None:
        self.text, self.facts = text, facts

    def __str__(self) -> str:
        return translate(self.text, **self.facts)

    def __mod__(self, facts: Mapping[str, object]) -> str:
        """WTForms puts in the limits of a field this way."""
        return translate(self.text, **self.facts, **facts)

    def __repr__(self) -> str:
        return f"LazyText({self.text!r})"

    @property
    def in_chinese(self) -> str:
        """For what is kept or sent to others, where the language of the one who acts does not matter."""
        facts = {name: fact.in_chinese if isinstance(fact, LazyText) else fact for name, fact in self.facts.items()}
        return _filled(self.text, **facts)


AnyText = str | LazyText


def chosen(name: str) -> str | None:
    """What the address asks for, else what was chosen before; most requests bring neither, and a job is no request."""
    if not has_request_context():
        return None
    asked = request.args.get(name) if request.args else None
    return asked or (request.cookies.get(name) if request.cookies else None)


def language() -> str:
    asked = chosen("lang")
    return asked if asked and is_there(asked) else LANGUAGES[0]


def is_there(language: str) -> bool:
    """Whether pages can be shown in this language: it is ours and, but for Chinese, has a catalogue."""
    return language == LANGUAGES[0] or (language in LANGUAGES and isinstance(_catalogue(language), Translations))


def translate(text: str, /, **facts: object) -> str:
    """The text in the language of this request."""
    return translator(language())(text, **facts)


def translator(language: str) -> Translate:
    """Translates into one language, for a page that says many texts."""
    if language == LANGUAGES[0]:
        return _filled
    catalogue = _catalogue(language)

    def translated(text: str, /, **facts: object) -> str:
        return _filled(catalogue.gettext(text) if text else "", **facts)

    return translated


def _filled(text: str, /, **facts: object) -> str:
    return text % facts if facts else text


def _catalogue(language: str) -> NullTranslations:
    """The compiled catalogue, read once by each application."""
    known: dict[str, NullTranslations] = current_app.extensions.setdefault("catalogues", {})
    if language not in known:
        folders = current_app.extensions["babel"].translation_directories
        found = (Translations.load(folder, [LOCALES[language]]) for folder in folders)
        known[language] = next((one for one in found if isinstance(one, Translations)), NullTranslations())
    return known[language]
