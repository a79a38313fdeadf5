"""WeasyPrint and what it may read: packaged static files and nothing else."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from .tags import finish

ROOT = Path(__file__).resolve().parents[2] / "static"
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
    fetcher = StaticOnly()
    fonts = FontConfiguration()
    # Addresses relative to the stylesheet suit every tool but this one, which can't join them to our scheme.
    text = (ROOT / DESIGN).read_text(encoding="utf-8").replace("url(../", f"url({BASE}")
    try:
        sheet = CSS(string=text, base_url=BASE, url_fetcher=fetcher, font_config=fonts)
    except FatalURLFetchingError as error:
        raise RenderFailed(_refusal(fetcher)) from error
    if fetcher.refused:
        raise RenderFailed(_refusal(fetcher))
    return fonts, sheet


def render(html: str, *, at: datetime.datetime, css: str = "", attached: tuple[Attached, ...] = ()) -> bytes:
    """The archival, tagged PDF of that HTML, dated `at`; the same arguments give the same bytes.

    `css` comes after the packaged stylesheet. One at a time in a process; the application draws by
    `Sheet.pdf`, in a child process with limits.
    Raises RenderFailed when the document asks for anything but packaged static files.
    """
    dated = at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    identifier = _identifier(html, css, dated, attached)
    attachments = [each.attachment(at.astimezone(datetime.UTC)) for each in attached]
    fetcher = StaticOnly()
    try:
        fonts, sheet = _design()
        sheets = [sheet]
        if css:
            sheets.append(CSS(string=css, base_url=BASE, url_fetcher=fetcher, font_config=fonts))
        document = HTML(string=html, base_url=BASE, url_fetcher=fetcher).render(
            font_config=fonts, stylesheets=sheets, pdf_variant=VARIANT, pdf_tags=True
        )
        document.metadata.created = document.metadata.modified = dated
        body = document.write_pdf(
            finisher=finish,
            pdf_variant=VARIANT,
            pdf_tags=True,
            pdf_identifier=identifier,
            attachments=attachments,
        )
    except FatalURLFetchingError as error:  # no Exception: it would pass every other handler
        raise RenderFailed(_refusal(fetcher)) from error
    if fetcher.refused:
        raise RenderFailed(_refusal(fetcher))
    return body


def _identifier(html: str, css: str, dated: str, attached: tuple[Attached, ...]) -> bytes:
    """The identifier of a file with that content; 16 bytes."""
    parts = [html.encode("utf-8", "replace"), css.encode(), dated.encode()]
    parts += [part for each in attached for part in (each.name.encode(), each.body)]
    return hashlib.sha256(b"\x00".join(hashlib.sha256(part).digest() for part in parts)).digest()[:16]


def _refusal(fetcher: StaticOnly) -> str:
    asked = ", ".join(url[:120] for url in fetcher.refused) or "a file that can’t be read"
    return f"The document asks for {asked}; only packaged static files may be used."
