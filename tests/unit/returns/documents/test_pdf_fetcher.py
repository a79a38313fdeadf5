"""What the PDF may read: packaged static files, and not one byte of anything else."""

import datetime
import io
import socketserver
import subprocess
import threading

import pikepdf
import pytest

from returns.documents.engine import pdf
from returns.documents.engine.pdf import RenderFailed, StaticOnly, render

AT = datetime.datetime(2004, 12, 8, 17, 30, tzinfo=datetime.UTC)
CANARY = "canary-5b1e77"


@pytest.fixture
def root(tmp_path):
    """A static folder with one good file, beside a secret that must never be read."""
    (tmp_path / "secret.svg").write_text(CANARY)
    static = tmp_path / "static"
    (static / "img").mkdir(parents=True)
    (static / "css").mkdir()
    (static / "img" / "good.svg").write_text("<svg/>")
    (static / "img" / "notes.txt").write_text(CANARY)
    (static / "img" / "big.png").write_bytes(b"\x89PNG" + bytes(pdf.LARGEST))
    (static / "img" / "link.svg").symlink_to(tmp_path / "secret.svg")
    (static / "img" / "inner.svg").symlink_to(static / "img" / "good.svg")
    (static / "fonts").symlink_to(tmp_path)
    return static.resolve()


def test_packaged_file_is_served(root):
    fetcher = StaticOnly(root)

    answer = fetcher.fetch("app-static:///img/good.svg")

    assert (answer.read(), answer.headers["Content-Type"]) == (b"<svg/>", "image/svg+xml")
    assert fetcher.refused == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "file:img/good.svg",
        "http://127.0.0.1/img/good.svg",
        "https://169.254.169.254/latest/meta-data/",
        "ftp://127.0.0.1/img/good.svg",
        "data:image/svg+xml,<svg/>",
        "//127.0.0.1/img/good.svg",
        "/etc/passwd",
        "img/good.svg",
        "APP-STATIC:///img/good.svg",
        "app-static://host/img/good.svg",
        "app-static://user@/img/good.svg",
        "app-static:////etc/passwd",
        "app-static:///../secret.svg",
        "app-static:///img/../../secret.svg",
        "app-static:///img/../img/good.svg",
        "app-static:///img/%2e%2e/%2e%2e/secret.svg",
        "app-static:///img/..%2f..%2fsecret.svg",
        "app-static:///img/%252e%252e/good.svg",
        "app-static:///img\\good.svg",
        "app-static:///img/%5cgood.svg",
        "app-static:///img/good.svg%00.png",
        "app-static:///img/good.svg%0a",
        "app-static:///img/%ff.svg",
        "app-static:///img/good.svg?",
        "app-static:///img/good.svg?x=1",
        "app-static:///img/good.svg#part",
        "app-static:///img//good.svg",
        "app-static:///img/",
        "app-static:///img",
        "app-static:///secret.svg",
        "app-static:///img/notes.txt",
        "app-static:///img/none.svg",
        "app-static:///img/big.png",
        "app-static:///img/link.svg",
        "app-static:///img/inner.svg",
        "app-static:///fonts/secret.svg",
        "app-static:///[bad/good.svg",
        "",
    ],
)
def test_anything_else_is_refused_and_recorded(root, url):
    fetcher = StaticOnly(root)

    with pytest.raises(PermissionError):
        fetcher.fetch(url)

    assert fetcher.refused == [url]


@pytest.fixture
def listener():
    """A server on this machine that notes each connection."""
    calls = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            calls.append(self.client_address)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/x.svg", calls
        server.shutdown()
        thread.join()


TRICKS = [
    '<img alt="" src="{url}">',
    '<link rel="stylesheet" href="{url}">',
    '<link rel="attachment" href="{url}">',
    '<a rel="attachment" href="{url}">x</a>',
    '<style>@import url("{url}")</style>',
    '<style>@font-face {{ font-family: x; src: url("{url}") }} p {{ font-family: x }}</style><p>x</p>',
    '<p style="background: url({url})">x</p>',
    '<ul style="list-style-image: url({url})"><li>x</li></ul>',
    '<style>p::before {{ content: url("{url}") }}</style><p>x</p>',
    '<object data="{url}"></object>',
    '<embed src="{url}">',
    '<svg viewBox="0 0 9 9"><image href="{url}" width="9" height="9"/></svg>',
]


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_document_that_asks_for_more_fails_and_reads_nothing(trick, scheme, listener, tmp_path):
    address, calls = listener
    secret = tmp_path / "canary.svg"
    secret.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{CANARY}</text></svg>')
    url = address if scheme == "http" else secret.as_uri()

    with pytest.raises(RenderFailed, match="only packaged static files"):
        render(f'<html lang="en-GB"><title>x</title>{trick.format(url=url)}</html>', at=AT)

    assert calls == []


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_drawing_never_takes_a_part_from_elsewhere(scheme, listener, tmp_path):
    address, calls = listener
    secret = tmp_path / "canary.svg"
    secret.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text id="a">{CANARY}</text></svg>')
    url = address if scheme == "http" else secret.as_uri()

    body = render(
        f'<html lang="en-GB"><title>x</title><svg viewBox="0 0 9 9"><title>x</title><use href="{url}#a"/></svg>',
        at=AT,
    )
    text = subprocess.run(["pdftotext", "-", "-"], input=body, capture_output=True, check=True).stdout

    assert (calls, CANARY in text.decode()) == ([], False)


def test_document_after_a_failed_one_is_made():
    with pytest.raises(RenderFailed):
        render('<html lang="en-GB"><title>x</title><img alt="" src="file:///etc/passwd">', at=AT)

    assert render('<html lang="en-GB"><title>x</title><p>x</p>', at=AT).startswith(b"%PDF-1.7")


def test_moment_and_words_alone_decide_the_bytes():
    page = '<html lang="en-GB"><title>x</title><p>{}</p>'
    later = AT + datetime.timedelta(minutes=1)

    assert render(page.format("a"), at=AT) == render(page.format("a"), at=AT)
    assert render(page.format("a"), at=AT) != render(page.format("a"), at=later)
    assert render(page.format("a"), at=AT) != render(page.format("b"), at=AT)
    with pikepdf.open(io.BytesIO(render(page.format("a"), at=AT))) as made, made.open_metadata() as metadata:
        assert (metadata["xmp:CreateDate"], metadata["xmp:ModifyDate"]) == ("2004-12-08T17:30:00Z",) * 2
