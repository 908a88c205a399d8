"""A small English catalogue, compiled and read as a real one."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from flask import Flask


def translate_into_english(app: Flask, folder: Path, texts: Mapping[str, str]) -> None:
    catalogue = Catalog(locale="en")
    for text, english in texts.items():
        catalogue.add(text, english)
    file = folder / "en" / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as compiled:
        write_mo(compiled, catalogue)
    app.extensions["babel"] = replace(app.extensions["babel"], translation_directories=[str(folder)])
    app.extensions.pop("catalogues", None)
    app.extensions["spoken"] = {}  # templates compiled with the texts of another catalogue
