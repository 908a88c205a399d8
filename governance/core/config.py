"""All settings, read from the environment and `.env`. Outside a demo, a missing secret stops the start."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]


class MissingSetting(RuntimeError):
    """Names the setting that a real deployment must give."""


class Settings(BaseSettings):
    """One field per setting. `docs/operations.md` lists them; a test compares the two."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore")

    database_url: str = Field("", description="SQLAlchemy address; empty: an embedded SQLite file and the demo")
    redis_url: str = Field("", description="shared limits when several machines serve; empty: kept in the process")
    secret_key: str = Field("", description="signs cookies, links and form tokens; 32 random bytes or more")
    field_keys: str = Field("", description="Fernet keys for personal columns, comma-separated, newest first")
    public_url: str = Field("", description="the address in printed codes and messages, such as https://m.example.cn")
    media_url: str = Field("", description="where photos live: a folder, or s3://bucket/prefix")
    trusted_proxies: int = Field(0, ge=0, le=5, description="how many reverse proxies set X-Forwarded-*")
    demo: bool | None = Field(None, description="1: fill an empty database with the demo community")
    demo_password: str = Field("", description="one password for every demo person instead of random ones")
    var_dir: Path = Field(ROOT / "var", description="where the embedded database, photos and demo keys live")
    host: str = Field("127.0.0.1", description="address bin/serve listens on")
    port: int = Field(8000, ge=0, le=65535, description="port bin/serve listens on; 0 takes a free one")
    web_threads: int = Field(8, ge=1, le=64, description="threads of a web process")
    metrics_token: str = Field("", description="bearer token for /metrics from elsewhere than loopback")
    local_numbers: str = Field("", description="this city's numbers: label, number and source each; between them ;")
    sms_url: str = Field("", description="the SMS gateway that speaks docs/sms.md; empty: no text messages")
    sms_key: str = Field("", description="bearer key for the SMS gateway")
    wechat_api_base: str = Field("https://api.weixin.qq.com", description="WeChat's address; a test server in tests")
    wechat_open_base: str = Field("https://open.weixin.qq.com", description="where WeChat says who somebody is")
    wechat_app_id: str = Field("", description="the official account; empty: none")
    wechat_app_secret: str = Field("", description="the official account's secret")
    wechat_token: str = Field("", description="signs what WeChat calls us with")
    wechat_aes_key: str = Field("", description="43 characters that open what WeChat calls us with")
    wechat_verify_files: str = Field("", description="MP_verify_….txt and WW_verify_….txt names, comma-separated")
    wechat_template_accepted: str = Field("", description="the notice 已受理: its id and fields; empty: not sent")
    wechat_template_finished: str = Field("", description="the notice 已办好, the same way")
    wechat_template_reopened: str = Field("", description="the notice 重新在办, the same way")
    wechat_subscribed: bool = Field(False, description="1: these are 订阅通知, not 模板消息")
    wecom_api_base: str = Field("https://qyapi.weixin.qq.com", description="WeCom's address; a test server in tests")
    wecom_corp_id: str = Field("", description="the corporation in WeCom; empty: none")
    wecom_agent_id: str = Field("", description="the number of our application in WeCom")
    wecom_app_secret: str = Field("", description="the secret of our application in WeCom")
    wecom_contact_secret: str = Field("", description="the secret of WeCom's 客户联系")
    wecom_token: str = Field("", description="signs what WeCom calls us with")
    wecom_aes_key: str = Field("", description="43 characters that open what WeCom calls us with")
    wecom_aibot_url: str = Field("wss://openws.work.weixin.qq.com", description="where robots keep a long connection")
    notice_alone_groups: int = Field(30, ge=0, description="a notice to more groups than this needs a second person")
    wecom_tasks_a_day: int = Field(1, ge=1, le=31, description="what a customer group receives a day at most")
    wecom_ip_per_minute: int = Field(18_000, ge=0, description="calls a minute from one address; 0: no limit")

    @property
    def is_demo(self) -> bool:
        """Whether secrets may be invented: when a demo is asked for, or no database is named."""
        return self.demo if self.demo is not None else not self.database_url

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var_dir / 'onecode.sqlite3'}"

    @property
    def media(self) -> str:
        return self.media_url or str(self.var_dir / "media")

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def verify_files(self) -> list[str]:
        """The files by which WeChat and WeCom verify that a domain is ours, by name."""
        return [name.strip() for name in self.wechat_verify_files.split(",") if name.strip()]


TOGETHER = (  # where one is given, so are the others
    ("sms_url", "sms_key"),
    ("wechat_app_id", "wechat_app_secret"),
    ("wechat_token", "wechat_aes_key"),
    ("wecom_agent_id", "wecom_app_secret"),
    ("wecom_token", "wecom_aes_key"),
)
ON_TOP_OF = {  # the first means nothing without the second
    "sms_key": "sms_url",
    "wechat_token": "wechat_app_id",
    "wecom_app_secret": "wecom_corp_id",
    "wecom_contact_secret": "wecom_corp_id",
    "wecom_token": "wecom_corp_id",
}
TEMPLATE = re.compile(r"[\w-]{6,64}(,\s*(thing|character_string|phrase|time|const)\d+=(事项|编号|进展|时间|提醒))+")
AES_KEY, WEB_ADDRESS = re.compile(r"[A-Za-z0-9]{43}"), re.compile(r"https?://[^/\s]+")
ADDRESSES = ("wechat_api_base", "wechat_open_base", "wecom_api_base")
VERIFY_FILE = re.compile(r"(?:MP|WW)_verify_[0-9A-Za-z]{16}\.txt")


def load(**given: object) -> Settings:
    """The settings in force. Raises MissingSetting with the name of a secret that a real deployment lacks."""
    try:
        settings = Settings(**given)  # type: ignore[arg-type]  # pydantic checks what is given
    except ValidationError as trouble:
        wrong = trouble.errors()[0]
        raise MissingSetting(f"{'_'.join(map(str, wrong['loc'])).upper()}: {wrong['msg']}") from None
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    _not_by_half(settings)
    _not_wrong(settings)
    if settings.is_demo:
        return settings.model_copy(update=_demo_secrets(settings))
    for name in ("secret_key", "field_keys", "public_url"):
        if not getattr(settings, name):
            raise MissingSetting(f"{name.upper()} is not set; see docs/operations.md")
    return settings


def _not_by_half(settings: Settings) -> None:
    """Raises for a feature of which only some settings are given: it would fail later, in front of a resident."""
    pairs = [(given, other) for names in TOGETHER for given in names for other in names]
    for given, other in (*pairs, *ON_TOP_OF.items()):
        if getattr(settings, given) and not getattr(settings, other):
            raise MissingSetting(f"{other.upper()} is not set although {given.upper()} is; see docs/operations.md")
    if settings.wecom_corp_id and not (settings.wecom_app_secret or settings.wecom_contact_secret):
        raise MissingSetting("WECOM_APP_SECRET is not set although WECOM_CORP_ID is; see docs/operations.md")


def _not_wrong(settings: Settings) -> None:
    """Raises for a value that cannot be what its setting stands for."""
    for name in ("wechat_template_accepted", "wechat_template_finished", "wechat_template_reopened"):
        given = getattr(settings, name)
        if given and not (TEMPLATE.fullmatch(given) and settings.wechat_app_id):
            raise MissingSetting(f"{name.upper()} is not such as ID,thing1=事项, or WECHAT_APP_ID is not set")
    for name in ("wechat_aes_key", "wecom_aes_key"):
        if getattr(settings, name) and not AES_KEY.fullmatch(getattr(settings, name)):
            raise MissingSetting(f"{name.upper()} is not the 43 letters and digits of an EncodingAESKey")
    for name in ADDRESSES:
        if not WEB_ADDRESS.match(getattr(settings, name)):
            raise MissingSetting(f"{name.upper()} is not an address that begins with http:// or https://")
    if not all(VERIFY_FILE.fullmatch(name) for name in settings.verify_files):
        raise MissingSetting("WECHAT_VERIFY_FILES holds a name that is none, such as MP_verify_0123456789abcdef.txt")


def _demo_secrets(settings: Settings) -> dict[str, str]:
    return {
        "secret_key": settings.secret_key or _kept(settings.var_dir / "secret_key", secrets.token_urlsafe(32)),
        "field_keys": settings.field_keys or _kept(settings.var_dir / "field_keys", Fernet.generate_key().decode()),
    }


def _kept(file: Path, fresh: str) -> str:
    """The secret in the file. Without a file, one process writes a fresh secret atomically; the others read it."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(fresh)
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
    return file.read_text()
