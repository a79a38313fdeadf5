"""What every act needs: the lock that makes acts on one return take turns, and a way to refuse."""

from ..models import Return, User


class ActionRefused(Exception):
    """The act can't be done; the message tells the reader why and what next."""


def lock(return_: Return) -> Return:
    """The return as it is now, its row locked until the transaction ends."""
    return Return.objects.select_for_update(of=("self",)).select_related("authority").get(pk=return_.pk)


def fresh(by: User) -> User:
    """The person as they are now: an account may be closed, or a role taken, while a page is open."""
    return User.objects.prefetch_related("groups", "departments").get(pk=by.pk)
