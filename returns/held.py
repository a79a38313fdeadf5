"""What an expired session posted, held in the browser's new session until its writer has signed in again."""

from django.core import signing
from django.http import QueryDict

LIMIT = 200_000  # characters; far above a full page of answers, far below what a session store minds
_NAME = "held"
_SALT = "returns.held"


def writer_token(user) -> str:
    """Goes into each form: names who was writing, so that nobody else is shown the text."""
    return signing.dumps(user.pk, salt=_SALT)


def keep(request) -> None:
    """Hold the posted fields for their writer, unless the post names none or is beyond all measure."""
    try:
        writer = signing.loads(request.POST.get("writer", ""), salt=_SALT)
    except signing.BadSignature:
        return
    fields = {
        name: values for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "writer")
    }
    if sum(len(value) for values in fields.values() for value in values) <= LIMIT:
        request.session[_NAME] = {"writer": writer, "path": request.path, "fields": fields}


def find(request) -> QueryDict | None:
    """The fields held for this person and page as they were posted, if any."""
    found = request.session.get(_NAME)
    if not found or found["writer"] != request.user.pk or found["path"] != request.path:
        return None
    posted = QueryDict(mutable=True)
    for name, values in found["fields"].items():
        posted.setlist(name, values)
    return posted


def release(request) -> None:
    """Forget what is held for this page; called once it is saved."""
    if find(request) is not None:
        del request.session[_NAME]
