"""The objects of a PDF file by what they hold, whatever their numbers, and how each is told.

Runs in a child process: any bytes may come. What can be reached from an object counts. How the file writes it down
does not: numbers and order of objects, compression, the table of contents of the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf

REFERENCE = re.compile(r"\d+ \d+ R")
NOT_THERE = "not there"
THERE = "there"
SHOWN = 80  # characters shown of a value


@dataclass(frozen=True)
class Fact:
    """One fact of a file: in words, its digest, and a digest in which other facts count by name."""

    shown: str
    digest: str
    by_name: str = ""

    def fits(self, other: Fact) -> bool:
        """Whether both are the same, or would be if the facts that they name were."""
        return self.digest == other.digest or (self.by_name != "" and self.by_name == other.by_name)


NONE = Fact(NOT_THERE, "")


@dataclass(frozen=True)
class Body:
    """What a stream holds. `packing` are the entries that say how it is packed, and nothing of what it holds."""

    size: int
    digest: str
    packing: tuple[str, ...]


class Facts(dict[str, Fact]):
    """Facts by what they are about. None takes the place of another: a second of the same name is numbered."""

    def add(self, what: str, fact: Fact) -> None:
        number = 2
        name = what
        while name in self:
            name, number = f"{what} ({number})", number + 1
        self[name] = fact


class Objects:
    """The objects of a file, each read once."""

    def __init__(self, pdf: pikepdf.Pdf):
        self.pdf = pdf
        self._names: dict[str, str] = {}
        self._values: dict[str, object] = {}
        self._bodies: dict[str, Body | None] = {}
        self._digests: dict[str, str] = {}

    def value(self, value):
        """What a reference leads to; everything else is itself."""
        if not is_reference(value):
            return value
        if value not in self._values:
            self._values[value] = self.as_json(self._object(value))
        return self._values[value]

    def fact(self, value) -> Fact:
        """A value in a few words, with its digest."""
        plain = self.value(value)
        if body := self.body(value):
            shown = f"{body.size:,} bytes"
        elif isinstance(plain, dict) or not _flat(plain):
            shown = THERE
        else:
            shown = short(plain)
        return Fact(shown, self.digest(value))

    def digest(self, value, local: dict[str, str] | None = None) -> str:
        """Of all that can be reached from a value; what has a name, of its own or local, counts by that name."""
        key = value if isinstance(value, str) and not local else None
        if key in self._digests:
            return self._digests[key]
        numbers: dict[str, int] = {}
        reached: list[str] = []

        def name_of(reference: str) -> list:
            name = self._names.get(reference) or (local or {}).get(reference)
            if name and reference != value:
                return ["named", name]
            if reference not in numbers:
                numbers[reference] = len(numbers)
                reached.append(reference)
            return ["reached", numbers[reference]]

        found = hashlib.sha256(_spelt(value, name_of))
        for reference in reached:  # grows meanwhile
            content = self.value(reference)
            if body := self.body(reference):
                content = {name: each for name, each in content.items() if name not in body.packing}
                found.update(body.digest.encode())
            found.update(_spelt(content, name_of))
        if key is not None:
            self._digests[key] = found.hexdigest()
        return found.hexdigest()

    def _object(self, reference: str):
        number, generation, _ = reference.split()
        return self.pdf.get_object(int(number), int(generation))

    def as_json(self, thing) -> object:
        if thing is None:  # a reference to an object that isn't there
            return None
        return json.loads(thing.to_json(dereference=True, schema_version=2))

    def body(self, value) -> Body | None:
        """What a stream holds, where the value refers to one: unpacked, or as it is where that can't be done."""
        if not is_reference(value):
            return None
        if value not in self._bodies:
            thing = self._object(value)
            self._bodies[value] = _read(thing) if isinstance(thing, pikepdf.Stream) else None
        return self._bodies[value]


def _read(stream: pikepdf.Stream) -> Body:
    try:
        body, packing = stream.read_bytes(), ("/Length", "/Filter", "/DecodeParms")
    except pikepdf.PdfError:
        body, packing = stream.read_raw_bytes(), ("/Length",)
    return Body(len(body), hashlib.sha256(body).hexdigest(), packing)


def _spelt(value, name_of: Callable[[str], list]) -> bytes:
    """A value in one spelling alone, with its references by name."""

    def plain(part):
        if isinstance(part, dict):
            return {key: plain(each) for key, each in part.items()}
        if isinstance(part, list):
            return [plain(each) for each in part]
        if isinstance(part, float) and part.is_integer():
            return int(part)
        return name_of(part) if is_reference(part) else part

    return json.dumps(plain(value), sort_keys=True).encode()


def reference_to(thing: pikepdf.Object) -> str:
    """How other objects refer to it."""
    return "{} {} R".format(*thing.objgen)


def is_reference(value) -> bool:
    # Other texts begin with "u:", "b:" or, as names, with "/".
    return isinstance(value, str) and REFERENCE.fullmatch(value) is not None


def _flat(value) -> bool:
    return not isinstance(value, list) or all(isinstance(each, int | float) for each in value)


def short(value) -> str:
    if isinstance(value, list):
        value = " ".join(f"{each:g}" for each in value)
    text = str(value)
    if text.startswith("b:"):
        text = bytes.fromhex(text[2:]).decode("pdfdoc", "replace")
    text = text.removeprefix("u:").removeprefix("/")
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
