"""Passes: whoever was just shown a page of a return may open the PDFs of its versions without being asked again.

Each page of the versions asks who is there, of what council, and by the same rule as every page whether they may read
the return. A browser that was let in gets a pass: a signed cookie, good for a minute, for the versions of this one
return, and for the session it was given to alone. While it holds, the PDF is handed out before session, person and
return are read again; without one, or with one that is late, forged or somebody else's, the page asks as ever.
"""

from functools import lru_cache
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse

from .models import DamagedCopy, Return, Version

LIFE = 60  # seconds; whoever loses a right may use for so long what they could have kept a copy of


def grant(request: HttpRequest, response: HttpResponse, return_: Return) -> None:
    """This session, which may read the return, has a pass to the PDFs of its versions for the next minute.

    It names the latest of them. The PDF of each version prints the head of a history that tells of those before, so
    its digest stands for all: what was kept of other versions with the same numbers, as before a backup was
    restored, is not theirs.
    """
    latest = return_.versions.order_by("-number").values_list("number", "pdf_digest").first()
    if latest is None:
        return
    first = reverse("returns:version-detail", args=[return_.authority.slug, return_.round, 1])
    response.set_signed_cookie(
        settings.PASS_COOKIE_NAME,
        "-".join(map(str, (return_.pk, *latest))),
        salt=_salt(request.session.session_key),
        max_age=LIFE,
        path=urljoin(first, ".."),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def admitted(request: HttpRequest) -> HttpResponse | None:
    """The PDF that the request asks for, where it has a pass; None where it must be asked as any other."""
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if request.method != "GET" or not session_key or settings.PASS_COOKIE_NAME not in request.COOKIES:
        return None
    versions = request.get_signed_cookie(
        settings.PASS_COOKIE_NAME, default=None, salt=_salt(session_key), max_age=LIFE
    )
    if versions is None:
        return None
    try:
        name, pdf = kept(request.path_info, versions)
    except (Resolver404, Version.DoesNotExist, DamagedCopy):
        return None
    return answer(name, pdf)


def answer(name: str, pdf: bytes) -> HttpResponse:
    """The PDF as it is handed out."""
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Content-Length": str(len(pdf))},
    )


# A version never changes, so what was read once is read for good.
@lru_cache(maxsize=8)
def kept(path: str, versions: str) -> tuple[str, bytes]:
    """The name and the bytes of the version whose PDF has this path, among those that a pass names.

    Raises Resolver404 or Version.DoesNotExist where it is none of them, and DamagedCopy.
    """
    return_pk, latest, _ = versions.split("-")
    match = resolve(path)
    if match.view_name != "returns:version-pdf":
        raise Resolver404
    version = (
        Version.objects.defer("data")
        .select_related("return_record__authority")
        .get(
            return_record=return_pk,
            return_record__authority__slug=match.kwargs["authority"],
            return_record__round=match.kwargs["round"],
            number=match.kwargs["number"],
            number__lte=latest,
        )
    )
    return version.file_name("pdf"), version.stored_pdf()


def _salt(session_key: str) -> str:
    return f"{__name__}:{session_key}"
