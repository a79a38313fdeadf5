"""WeasyPrint and what it may read: packaged static files and nothing else."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML, Attachment
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from .tags import finish, tidy

ROOT = Path(__file__).resolve().parents[3] / "static"
BASE = "app-static:///"
DESIGN = "css/print.css"
VARIANT = "pdf/a-3b"  # archival, with attachments; ISO 19005-3
FOLDERS = frozenset({"css", "fonts", "img"})
TYPES = {
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
LARGEST = 500_000  # bytes; ten times the largest font


class RenderFailed(Exception):
    """The document could not be made; the message says why."""


@dataclass(frozen=True)
class Attached:
    """A file inside the document."""

    name: str
    body: bytes
    description: str
    relationship: str  # to the document: Data, Alternative; ISO 32000-2, 7.11.3

    def attachment(self, at: datetime.datetime) -> Attachment:
        return Attachment(
            string=self.body,
            name=self.name,
            description=self.description,
            created=at,
            modified=at,
            relationship=self.relationship,
        )


class StaticOnly(URLFetcher):
    """Serves packaged static files by `app-static:///folder/name`; refuses and records all else."""

    def __init__(self, root: Path = ROOT):
        super().__init__(allowed_protocols=("app-static",), allow_redirects=False, fail_on_errors=True)
        self.root = root
        self.refused: list[str] = []

    def fetch(self, url, headers=None):
        # The parent would open the address itself, so it is never asked.
        path = self._file(url)
        if path is None:
            self.refused.append(url)
            raise PermissionError(f"Not a packaged file: {url[:200]}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})

    def _file(self, url: str) -> Path | None:
        """The packaged file of that address, or None."""
        try:
            parts = urlsplit(url)
            name = unquote(parts.path, errors="strict").removeprefix("/")
            path = self.root / name
            plain = (
                url.startswith(BASE)
                and not (parts.netloc or parts.query or parts.fragment or "?" in url)
                and name.isprintable()
                and "\\" not in name
                and normpath(name) == name
                and name.split("/")[0] in FOLDERS
                and path.suffix in TYPES
            )
            # A link anywhere on the way would make the resolved path differ.
            if plain and path.resolve() == path and path.is_file() and path.stat().st_size <= LARGEST:
                return path
        except (ValueError, OSError):
            pass
        return None


@cache
def _design() -> tuple[FontConfiguration, CSS]:
    """The parsed stylesheet with its fonts; they live as long as the process."""
    fonts = FontConfiguration()
    # Addresses relative to the stylesheet suit every tool but this one, which can't join them to our scheme.
    text = (ROOT / DESIGN).read_text(encoding="utf-8").replace("url(../", f"url({BASE}")
    with packaged_only() as fetcher:
        return fonts, CSS(string=text, base_url=BASE, url_fetcher=fetcher, font_config=fonts)


@contextmanager
def packaged_only() -> Iterator[StaticOnly]:
    """Within the block a document reads packaged files only; raises RenderFailed where it asks for anything else."""
    fetcher = StaticOnly()
    try:
        yield fetcher
    except FatalURLFetchingError as error:  # it is no Exception, so no other handler would catch it
        raise RenderFailed(_refusal(fetcher)) from error
    if fetcher.refused:
        raise RenderFailed(_refusal(fetcher))


def lay_out(html: str, css: str, fetcher: StaticOnly, *, tagged: bool = True) -> Document:
    """The pages of that HTML in the packaged stylesheet and what `css` adds to it."""
    fonts, sheet = _design()
    sheets = [sheet]
    if css:
        sheets.append(CSS(string=css, base_url=BASE, url_fetcher=fetcher, font_config=fonts))
    page = HTML(string=html, base_url=BASE, url_fetcher=fetcher)
    return page.render(font_config=fonts, stylesheets=sheets, pdf_variant=VARIANT, pdf_tags=tagged)


def render(
    html: str,
    *,
    at: datetime.datetime,
    css: str = "",
    attached: tuple[Attached, ...] = (),
    identifier: bytes | None = None,
    tagged: bool = True,
) -> bytes:
    """The archival PDF of that HTML, dated `at`; the same arguments give the same bytes.

    `css` comes after the packaged stylesheet. One at a time in a process; the application draws by
    `Sheet.pdf`, in a child process with limits. The identifier is that of its contents unless one is given.
    Raises RenderFailed when the document asks for anything but packaged static files.
    """
    with packaged_only() as fetcher:
        document = lay_out(html, css, fetcher, tagged=tagged)
        document.metadata.created = document.metadata.modified = _dated(at)
        return document.write_pdf(
            finisher=finish if tagged else tidy,
            pdf_variant=VARIANT,
            pdf_tags=tagged,
            pdf_identifier=identifier or identifier_of(html, css, at, attached),
            attachments=[each.attachment(at.astimezone(datetime.UTC)) for each in attached],
        )


def _dated(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def identifier_of(html: str, css: str, at: datetime.datetime, attached: tuple[Attached, ...]) -> bytes:
    """The identifier of a file with that content; 16 bytes."""
    parts = [html.encode("utf-8", "replace"), css.encode(), _dated(at).encode()]
    parts += [part for each in attached for part in (each.name.encode(), each.body)]
    return hashlib.sha256(b"\x00".join(hashlib.sha256(part).digest() for part in parts)).digest()[:16]


def _refusal(fetcher: StaticOnly) -> str:
    asked = ", ".join(url[:120] for url in fetcher.refused) or "a file that can’t be read"
    return f"The document asks for {asked}; only packaged static files may be used."
