"""The digests that tie a history together: each covers an event and the digest before it."""

import datetime

from ..values.digests import canonical, sha256

# What a digest covers, in this order. A change here would break every chain there is.
COVERED = (
    "return_record_id",
    "number",
    "at",
    "by_id",
    "kind",
    "section",
    "table",
    "line",
    "point",
    "department_id",
    "field",
    "old",
    "new",
    "reason",
    "detail",
    "version",
)


def link(previous: str, event) -> str:
    """The digest of the event as the one after `previous` (empty for the first), in hexadecimal."""
    covered = [getattr(event, name) for name in COVERED]
    covered = [
        value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
        if isinstance(value, datetime.datetime)
        else value
        for value in covered
    ]
    return sha256(canonical([previous, covered]))
