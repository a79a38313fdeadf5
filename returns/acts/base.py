"""What every act needs: the lock that makes acts on one return take turns, and the exceptions of a refusal."""

from collections.abc import Iterable

from ..models import Authority, Event, Return, User
from ..values import wording


class ActionRefused(Exception):
    """The act can't be done; the message tells the reader why and what to do."""


class NewerThanStored(ActionRefused):
    """The form names a version that is not stored: the database was restored from a copy, or the form is forged."""

    def __init__(self, what: str):
        super().__init__(
            f"Nothing was saved. Your page shows a later version of {what} than the stored one: an older "
            "copy of the data may have been restored. Open the page again, compare it with what you typed, then save."
        )


def refuse_newer(what: str, *, seen: int, stored: int) -> None:
    """A form made from a version above the stored one is never taken as the newest. Raises NewerThanStored."""
    if seen > stored:
        raise NewerThanStored(what)


def who_saved(events: Iterable[Event], reader: User) -> str:
    """Who saved first, as a sentence begins: names, and "You, in another window," where it was the reader."""
    names = ["You, in another window," if event.by == reader else str(event.by) for event in events]
    return wording.listed_codes(list(dict.fromkeys(names)))


def lock(return_: Return) -> Return:
    """The return as it is now, its row locked until the transaction ends."""
    return Return.objects.select_for_update(of=("self",)).select_related("authority").get(pk=return_.pk)


def lock_council(authority: Authority) -> Authority:
    """The council as it is now, its row locked until the transaction ends; rows may still refer to it."""
    return Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)


def fresh(by: User) -> User:
    """The person as they are now: an account may be closed, or a role taken, while a page is open."""
    return User.objects.prefetch_related("groups", "departments").get(pk=by.pk)
