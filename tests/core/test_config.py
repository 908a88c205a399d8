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


HALVES = [
    ({"wechat_app_id": "wx1"}, "WECHAT_APP_SECRET"),
    ({"wechat_app_secret": "s"}, "WECHAT_APP_ID"),
    ({"wechat_token": "t", "wechat_aes_key": "k"}, "WECHAT_APP_ID"),
    ({"wechat_app_id": "wx1", "wechat_app_secret": "s", "wechat_token": "t"}, "WECHAT_AES_KEY"),
    ({"wecom_corp_id": "ww1"}, "WECOM_APP_SECRET"),
    ({"wecom_corp_id": "ww1", "wecom_app_secret": "s"}, "WECOM_AGENT_ID"),
    ({"wecom_agent_id": "1", "wecom_app_secret": "s"}, "WECOM_CORP_ID"),
    ({"wecom_contact_secret": "s"}, "WECOM_CORP_ID"),
    ({"wecom_corp_id": "ww1", "wecom_contact_secret": "s", "wecom_aes_key": "k"}, "WECOM_TOKEN"),
    ({"sms_url": "http://127.0.0.1:1"}, "SMS_KEY"),
    (
        {"wecom_corp_id": "w", "wecom_contact_secret": "s", "wecom_token": "t", "wecom_aes_key": "short"},
        "WECOM_AES_KEY",
    ),
    ({"wecom_api_base": "ftp://a.example"}, "WECOM_API_BASE"),
    ({"notice_alone_groups": -3}, "NOTICE_ALONE_GROUPS"),
    ({"wechat_verify_files": "MP_verify_0123456789abcdef.txt, ../secret"}, "WECHAT_VERIFY_FILES"),
]


@pytest.mark.parametrize(("given", "missing"), HALVES, ids=[missing for _, missing in HALVES])
def test_what_is_given_by_half_stops_even_a_demo_and_is_named(given: dict, missing: str, tmp_path: Path) -> None:
    with pytest.raises(MissingSetting, match=missing):
        load(_env_file=None, var_dir=tmp_path, demo=True, **given)


def test_what_is_given_whole_starts(tmp_path: Path) -> None:
    whole = {"wecom_corp_id": "ww1", "wecom_contact_secret": "s"}
    files = " MP_verify_0123456789abcdef.txt,WW_verify_0123456789abcdef.txt "
    settings = load(_env_file=None, var_dir=tmp_path, demo=True, wechat_verify_files=files, **whole)
    assert settings.verify_files == ["MP_verify_0123456789abcdef.txt", "WW_verify_0123456789abcdef.txt"]
