"""A mailing list, through the mail server of whoever runs it."""

import asyncio
import re
import smtplib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import ClassVar

import aiohttp

from governance.core.translation import LazyText as _l
from governance.relay.channels.base import Channel, Need, Outcome, Refusal, Sent, Unknown
from governance.relay.messages.audience import Telling

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class MailingList(Channel):
    """One mail a message, to the address of the list."""

    name, label = "how_to_list", _l("邮件列表")
    about = "寄到一个邮件列表：填列表的地址和寄信的服务器，以后自动寄。"
    needs = (
        Need("to", "列表的地址", shape=ADDRESS, wrong="请写列表的邮箱地址"),
        Need("server", "寄信的服务器", "例如 mail.example:25"),
    )
    longest_bytes: ClassVar[int] = 8000

    async def send(
        self, http: aiohttp.ClientSession, bound: Mapping[str, str], words: str, matters: Sequence[Telling] = ()
    ) -> Outcome:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = bound["to"], bound["to"], words.splitlines()[0]
        mail.set_content(words)
        return await asyncio.to_thread(_send, bound["server"], mail)


def _send(server: str, mail: EmailMessage) -> Outcome:
    try:
        with smtplib.SMTP(*server.split(":"), timeout=10) as smtp:  # type: ignore[arg-type]
            smtp.send_message(mail)
    except (ConnectionRefusedError, smtplib.SMTPConnectError):
        return Refusal("连不上寄信的服务器", away=True)
    except smtplib.SMTPResponseException as refused:
        return Refusal(str(refused.smtp_error, "utf-8", "replace"), after=60 if refused.smtp_code < 500 else None)
    except (OSError, smtplib.SMTPException):
        return Unknown("没有回音")
    return Sent()
