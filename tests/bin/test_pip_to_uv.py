"""A user's mirror is honoured by uv as it is by pip, and nothing that uv would choke on is handed over."""

import subprocess
import sys
from http.server import HTTPServer, SimpleHTTPRequestHandler
from threading import Thread

import pytest

from tests.bin.load import BIN, script

uv_settings = script("_pip_to_uv").uv_settings


@pytest.fixture
def no_settings(monkeypatch):
    for name in (
        "UV_DEFAULT_INDEX",
        "UV_INDEX",
        "UV_INDEX_STRATEGY",
        "SSL_CERT_FILE",
        "UV_HTTP_TIMEOUT",
        "UV_SYSTEM_CERTS",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def mirror(tmp_path):
    with HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_index_certificate_and_patience_of_pip_are_taken_over(no_settings):
    pip = {"index-url": "https://mirror.test/simple", "cert": "/ca.pem", "default-timeout": "180"}
    assert uv_settings(pip) == {
        "UV_DEFAULT_INDEX": "https://mirror.test/simple",
        "SSL_CERT_FILE": "/ca.pem",
        "UV_HTTP_TIMEOUT": "180",
        "UV_SYSTEM_CERTS": "true",
    }


def test_what_the_user_set_for_uv_stands(no_settings, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.test/simple")
    assert "UV_DEFAULT_INDEX" not in uv_settings({"index-url": "https://mirror.test/simple"})


def test_an_extra_index_counts_only_where_it_answers(no_settings, mirror):
    extra = f"file:///nowhere/simple\n{mirror} http://127.0.0.1:1/simple"
    found = uv_settings({"extra-index-url": extra})
    assert (found["UV_INDEX"], found["UV_INDEX_STRATEGY"]) == (mirror, "unsafe-best-match")


def test_folders_alone_leave_uv_as_it_is(no_settings):
    found = uv_settings({"extra-index-url": "file:///nowhere/simple", "find-links": "/nowhere"})
    assert found == {"UV_SYSTEM_CERTS": "true"}


def test_the_script_reads_the_environment_and_quotes_for_the_shell(no_settings, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:it's@mirror.test/simple")
    said = subprocess.run([sys.executable, BIN / "_pip_to_uv.py"], capture_output=True, text=True, check=True).stdout
    told = subprocess.run(["sh", "-c", f'{said}\nprintf %s "$UV_DEFAULT_INDEX"'], capture_output=True, text=True)
    assert told.stdout == "https://me:it's@mirror.test/simple"
