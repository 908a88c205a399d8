"""Says, as shell exports, what a user's pip settings mean for uv, which does not read them.

Only what uv can use is taken over: extra indexes must be on the network and answer. What is left out is no
loss: a lock names every file by its hash, and setup turns to pip itself when uv cannot find one.
"""

import ast
import os
import shlex
import subprocess
import sys
import urllib.request


def pip_settings() -> dict[str, str]:
    """The settings in force, the stronger last: of every command, of install, of the environment."""
    files = configured()
    names = {name for name in os.environ if name.startswith("PIP_")}
    environment = {name.removeprefix("PIP_").lower().replace("_", "-"): os.environ[name] for name in names}
    return {**section("global.", files), **section("install.", files), **environment}


def section(prefix: str, settings: dict[str, str]) -> dict[str, str]:
    return {key.removeprefix(prefix): settings[key] for key in settings if key.startswith(prefix)}


def configured() -> dict[str, str]:
    """What pip's own files say; nothing where this Python has no pip."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True)
    pairs = [line.partition("=") for line in listed.stdout.splitlines() if "=" in line]
    return {key: str(ast.literal_eval(value)) for key, _, value in pairs}


def answers(url: str) -> bool:
    if not url.startswith(("https://", "http://")):
        return False
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  (the scheme was checked above)
            return True
    except (OSError, ValueError):
        return False


def uv_settings(pip: dict[str, str]) -> dict[str, str]:
    extra = [url for url in pip.get("extra-index-url", "").split() if answers(url)]
    wanted = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(extra),
        "UV_INDEX_STRATEGY": "unsafe-best-match" if extra else "",
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": pip.get("timeout", pip.get("default-timeout", "")),
        "SSL_CERT_FILE": pip.get("cert", ""),
        "UV_SYSTEM_CERTS": "true",
    }
    return {name: value for name, value in wanted.items() if value and not os.environ.get(name)}


if __name__ == "__main__":
    for name, value in uv_settings(pip_settings()).items():
        print(f"export {name}={shlex.quote(value)}")
