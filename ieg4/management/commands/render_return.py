import os
import tempfile
from pathlib import Path

from django.core.management.base import CommandError

from ieg4.pack.documents import DOCUMENTS
from returns import clock
from returns.documents.engine.pdf import RenderFailed
from returns.management.commands._return import ReturnCommand
from returns.models import DamagedCopy


class Command(ReturnCommand):
    help = (
        "Writes a document of a return as PDF. Once the return is with Cabinet, the return and its covering report "
        "are the PDFs that were stored. Exit code 0: written, 1: not written, 2: unknown return."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--output", required=True, metavar="FILE", type=Path)
        parser.add_argument("--document", choices=sorted(DOCUMENTS), default="return")

        parser.add_argument(
            "--department", metavar="CODE", help="of a statement: that department alone, in place of all"
        )

    def handle(self, *args, **options):
        return_ = self.find_return(options)
        target = options["output"]
        if not target.parent.is_dir():
            raise CommandError(f"There is no folder {target.parent}. Make it, or name another.")
        if target.is_dir():
            raise CommandError(f"{target} is a folder. Name a file.")
        try:
            body = _body(return_, options["document"], _chosen(return_, options))
        except RenderFailed as failure:
            raise CommandError(f"The document could not be rendered: {failure}") from failure
        except DamagedCopy as damage:
            raise CommandError(f"{damage} Restore it from a backup.") from damage
        try:
            _write_whole(target, body)
        except OSError as error:
            raise CommandError(f"{target} could not be written: {error.strerror}.") from error
        self.stdout.write(f"{target}: {len(body):,} bytes.")


def _chosen(return_, options) -> dict:
    """Further arguments of the document: the department of a statement."""
    code = options["department"]
    if code is None:
        return {}
    if options["document"] != "statement":
        raise CommandError("--department goes with --document statement alone. Leave one of the two out.")
    found = return_.authority.departments.filter(slug=code)
    if not found:
        codes = ", ".join(return_.authority.departments.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"{return_.authority} has no department {code}. It has: {codes or 'none yet'}.")
    return {"departments": found}


def _body(return_, document: str, chosen: dict) -> bytes:
    wanted = DOCUMENTS[document]
    if stored := wanted.stored(return_):
        return stored.stored_pdf()  # it is never made again
    return wanted.sheet(return_, as_at=clock.now(), **chosen).pdf()


def _write_whole(target: Path, body: bytes) -> None:
    """The file holds the whole document; when writing fails it is as it was before."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
