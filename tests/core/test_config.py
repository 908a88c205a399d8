"""Settings come from one documented list, and a real deployment must give its secrets."""

import re
from pathlib import Path

import pytest

from governance.core.config import ROOT, MissingSetting, Settings, load

SECRETS = {"secret_key": "s" * 32, "field_keys": "f", "public_url": "https://onecode.example"}


def test_the_operations_page_lists_every_setting() -> None:
    listed = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"`([A-Z_]+)`", listed))
    assert {name.upper() for name in Settings.model_fields} - named == set()


@pytest.mark.parametrize("missing", SECRETS)
def test_a_missing_secret_stops_a_real_start_and_is_named(missing: str, tmp_path: Path) -> None:
    given = {name: value for name, value in SECRETS.items() if name != missing}
    with pytest.raises(MissingSetting, match=missing.upper()):
        load(_env_file=None, var_dir=tmp_path, database_url="sqlite://", **{missing: ""}, **given)


def test_a_demo_keeps_the_secrets_it_made(tmp_path: Path) -> None:
    first = load(_env_file=None, var_dir=tmp_path, demo=True)
    again = load(_env_file=None, var_dir=tmp_path, demo=True)
    assert len(first.secret_key) >= 32
    assert (first.secret_key, first.field_keys) == (again.secret_key, again.field_keys)
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
