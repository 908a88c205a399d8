"""When a group may be told: its quiet hours and the hour of its daily digest. Both may be off.

Groups bound on a page or from a table start with quiet nights. An urgent event for workers is told at any hour; an
urgent one for residents skips the digest but not the quiet hours. The fan-out sets `due_at`; the claim asks `may_go`
again.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, literal, not_, or_

from governance.core.db import Utc
from governance.core.errors import Invalid
from governance.core.web.pages import local
from governance.relay.model import AT_WORK, Delivery, Group

HOURS = range(24)


@dataclass(frozen=True)
class Hours:
    """Full hours of the local day. Quiet from 22 until 7 spans the night; the digest is one hour of the day."""

    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_hour: int | None = None

    def checked(self) -> "Hours":
        """Returns itself. Raises Invalid by field when the hours make no sense."""
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise Invalid({"quiet_until": "安静时间要填从几点到几点，或者都不填"})
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise Invalid({"quiet_until": "开始和结束不能是同一个钟点"})
        if self.digest_hour is not None and self.is_quiet(self.digest_hour):
            raise Invalid({"digest_hour": "汇总的钟点落在安静时间里了"})
        return self

    def is_quiet(self, hour: int) -> bool:
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until

    def due(self, audience: str, urgent: bool, moment: datetime) -> datetime:
        """When an event at `moment` becomes due."""
        if self.digest_hour is not None and not urgent:
            moment = _next(self.digest_hour, moment)
        if self.is_quiet(local(moment).hour) and not (urgent and audience in AT_WORK):
            moment = _next(self.quiet_until or 0, moment)
        return moment


HOUR_FIELDS = tuple(field.name for field in fields(Hours))
BY_DEFAULT = Hours(quiet_from=22, quiet_until=7)  # the default on the page and in a table


def _next(hour: int, moment: datetime) -> datetime:
    """The next time after `moment` at which the local clock shows this hour."""
    struck = local(moment).replace(hour=hour, minute=0, second=0, microsecond=0)
    return struck if struck > moment else struck + timedelta(days=1)


def may_go(moment: datetime) -> ColumnElement[bool]:
    """May this delivery be told at this moment? A condition for a statement that joins Delivery and Group."""
    told_at_once = and_(Delivery.urgent, Group.audience.in_(AT_WORK))
    in_digest = Delivery.created_at <= _last_digest(moment)
    return and_(
        or_(told_at_once, Group.quiet_from.is_(None), not_(_quiet(local(moment).hour))),
        or_(Delivery.urgent, Group.digest_hour.is_(None), in_digest),
    )


def _quiet(hour: int) -> ColumnElement[bool]:
    begun, ended = Group.quiet_from <= hour, Group.quiet_until <= hour
    by_day = and_(Group.quiet_from < Group.quiet_until, begun, not_(ended))
    by_night = and_(Group.quiet_from > Group.quiet_until, or_(begun, not_(ended)))
    return or_(by_day, by_night)


def _last_digest(moment: datetime) -> ColumnElement[datetime]:
    """The latest digest time of the group before this moment."""
    struck = {hour: literal(_next(hour, moment) - timedelta(days=1), Utc) for hour in HOURS}
    return case(struck, value=Group.digest_hour)
