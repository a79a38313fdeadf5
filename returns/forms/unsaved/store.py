"""Forms that were refused, kept for their writers.

Each form carries a token that says who was writing, on which page, so that a form can be kept for its writer, and
only for them, even after the session has ended. The session holds nothing of it.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.core import signing
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.crypto import get_random_string

from ... import clock
from ...models import Unsaved, User

KEPT = datetime.timedelta(hours=8)  # as long as a session
TOKEN_LIFE = datetime.timedelta(days=7)  # long enough for a page left open over a long weekend
LIMIT = 400_000  # characters of one form; the largest page of answers, filled to its limits, has fewer
MOST = 20  # forms of one person
MOST_CHARACTERS = 4_000_000  # of all forms of one person
LONGEST_ADDRESS = 1000
PARAMETER = "unsaved"
TOKEN = "writer"  # noqa: S105 (the name of a field)
_SALT = "returns.forms.unsaved"


@dataclass(frozen=True)
class Token:
    """Who was writing, in which session, on which page; and the key of the kept form that the page showed, if any."""

    writer: int
    proof: str
    page: str
    key: str = ""
    row: int = 0

    def is_of(self, user: User) -> bool:
        """Whether that person wrote it, with their present password."""
        return self.writer == user.pk and self.proof == _proof(user)


def writer_token(request: HttpRequest) -> str:
    """The token of every form on the page of this request; empty for anyone not signed in."""
    if not hasattr(request, "_writer_token"):
        request._writer_token = _new_token(request)
    return request._writer_token


def _new_token(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    page, key, pk = address_of(request), "", 0
    if request.method != "GET":
        # The page of a refused form still belongs to that form, and may not exist as a page to read.
        before = read_token(request)
        if before and before.writer == user.pk:
            page, key, pk = before.page, before.key, before.row
    if row := getattr(request, "unsaved", None):
        key, pk = row.key, row.pk
    return signing.dumps([user.pk, _proof(user), page, key, pk], salt=_SALT)


def _proof(user: User) -> str:
    """A value that changes with the password, so that earlier tokens become invalid."""
    return user.get_session_auth_hash()[:16]


def read_token(request: HttpRequest) -> Token | None:
    """The token that the form carried; None if it has no valid one or it has expired."""
    try:
        return Token(*signing.loads(request.POST.get(TOKEN, ""), salt=_SALT, max_age=TOKEN_LIFE))
    except (signing.BadSignature, TypeError):
        return None


def address_of(request: HttpRequest) -> str:
    """Path and query of the request, but for the key of a kept form."""
    asked = request.GET.copy()
    asked.pop(PARAMETER, None)
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def with_key(address: str, key: str) -> str:
    """The address of a page that is to show the kept form of that key."""
    parts = urlsplit(address)
    asked = QueryDict(parts.query, mutable=True)
    asked[PARAMETER] = key
    return f"{parts.path}?{asked.urlencode()}"


def refused(message: str, status: int = 409) -> HttpResponse:
    """The response to a form that can't be saved; the page "Not saved" says why."""
    response = HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    response.refusal = message
    return response


def transient(request: HttpRequest, *, writer: User, why: str, message: str = "") -> Unsaved:
    """The posted form in memory, whole. Raises what reading a post raises."""
    token = read_token(request)
    posted = [
        [_whole(name), [_whole(value) for value in values]]
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", TOKEN) and not _is_secret(name)
    ]
    posted += [[_whole(name), [_whole(file.name) for file in files]] for name, files in request.FILES.lists()]
    row = Unsaved(
        key=get_random_string(22),
        writer=writer,
        kept_at=clock.real_now(),
        path=_stored_address(address_of(request)),
        page=_stored_address(token.page if token and token.writer == writer.pk else address_of(request)),
        why=why,
        message=message,
    )
    _fill(row, posted)
    return row


def keep(request: HttpRequest, *, writer: User, why: str, message: str = "") -> Unsaved | None:
    """The posted form is kept for its writer, under the key it had before where it was kept already.

    A form beyond the limit is kept without its longest fields, which are named. None where the database can't take
    it, or where a form posted after signing out would replace others: somebody with another's token must not push
    out what that person has kept.
    """
    row = transient(request, writer=writer, why=why, message=message)
    _shorten(row)
    token = read_token(request)
    shown = (token.key, token.row) if token and token.writer == writer.pk else ("", 0)
    try:
        return _store(row, shown, makes_room=request.user.is_authenticated)
    except DatabaseError:
        return None


@transaction.atomic
def _store(row: Unsaved, shown: tuple[str, int], *, makes_room: bool) -> Unsaved | None:
    Unsaved.objects.filter(kept_at__lt=clock.real_now() - KEPT).delete()
    mine = Unsaved.objects.filter(writer=row.writer)
    # The page showed a kept form; another tab may have kept a newer one since, which stays.
    if mine.filter(key=shown[0], pk=shown[1]).delete()[0]:
        row.key = shown[0]
    room, beyond = MOST_CHARACTERS - row.size, []
    for number, (pk, size) in enumerate(mine.order_by("-pk").values_list("pk", "size"), 1):
        room -= size
        if number >= MOST or room < 0:
            beyond.append(pk)
    if beyond and not makes_room:
        return None
    mine.filter(pk__in=beyond).delete()
    row.save(force_insert=True)
    return row


def of(user: User):
    """What is kept for this person, the latest first."""
    return Unsaved.objects.filter(writer=user, kept_at__gte=clock.real_now() - KEPT)


def kept_under(user: User, key: str) -> Unsaved | None:
    """This person's kept form of that key."""
    return of(user).filter(key=key).first() if _is_key(key) else None


def find(request: HttpRequest) -> Unsaved | None:
    """The kept form that this page is asked to show, where it is this person's and of this page.

    The page then marks that it shows it: the form's token carries the key.
    """
    row = kept_under(request.user, request.GET.get(PARAMETER, ""))
    if row is None or address_of(request) not in (row.page, row.path):
        return None
    request.unsaved = row
    return row


def discard(request: HttpRequest) -> None:
    """What was kept of this form is deleted, because it is saved now. Other forms of its page stay kept."""
    token = read_token(request)
    if not (token and token.key and token.writer == request.user.pk):
        return
    row = Unsaved.objects.filter(writer=request.user, key=token.key, pk=token.row).first()
    if row and row.path == address_of(request) and set(row.posted) <= set(request.POST):
        row.delete()


def forget(row: Unsaved) -> None:
    """It is kept no longer, as its writer asked."""
    row.delete()


def named_in(address: str) -> Unsaved | None:
    """The kept form that an address names. The sign-in page says only that there is one."""
    key = QueryDict(urlsplit(address).query).get(PARAMETER, "")
    return (
        Unsaved.objects.filter(key=key, kept_at__gte=clock.real_now() - KEPT).first()
        if _is_key(key)
        else None
    )


def kept_moment(row: Unsaved) -> datetime.datetime:
    """When it was kept, by the clock that pages show."""
    return clock.shown(row.kept_at)


def expires(row: Unsaved) -> datetime.datetime:
    """When it is deleted, by the clock that pages show."""
    return kept_moment(row) + KEPT


def _fill(row: Unsaved, posted: list) -> None:
    # ASCII only, so that every database can store whatever was posted, even NUL.
    row.fields = json.dumps(posted)
    row.size = sum(_length(name, values) for name, values in posted)


def _length(name: str, values: list[str]) -> int:
    return len(name) + sum(map(len, values))


def posted_length(request: HttpRequest) -> int:
    """How many characters a posted form has, names included."""
    return sum(_length(name, values) for name, values in request.POST.lists())


def _whole(text: str) -> str:
    """The text without lone surrogates, which can't be encoded."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _stored_address(address: str) -> str:
    """The address as a row holds it: without its query where it is too long, and without NUL."""
    address = address.replace("\x00", "")
    return address if len(address) <= LONGEST_ADDRESS else address.split("?")[0][:LONGEST_ADDRESS]


def _shorten(row: Unsaved) -> None:
    """Without the longest fields, until the rest is within the limit."""
    posted, dropped = json.loads(row.fields), []
    sizes = {name: _length(name, values) for name, values in posted}
    while sum(sizes.values()) > LIMIT:
        longest = max(sizes, key=sizes.get)
        del sizes[longest]
        dropped.append(" ".join(longest.replace("\x00", "").split())[:100])
    if dropped:
        _fill(row, [pair for pair in posted if pair[0] in sizes])
        row.dropped = "\n".join(dropped)


def _is_secret(name: str) -> bool:
    return "password" in name.lower() or "token" in name.lower()


def _is_key(key: str) -> bool:
    return len(key) == 22 and key.isascii() and key.isalnum()


def sign_in_address(sign_in: str, page: str, row: Unsaved | None) -> str:
    """The address of the sign-in page, which leads back to that page and to what was kept of its form."""
    return f"{sign_in}?{urlencode({'next': with_key(page, row.key) if row else page})}"
