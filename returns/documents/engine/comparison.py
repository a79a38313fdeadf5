"""Two PDF files compared object by object. Runs in a child process: any bytes may come.

Compared is everything that can be reached from the catalogue and the description of the document. How the file
writes it down is not: numbers and order of objects, compression, the table of contents of the file.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import pikepdf

from .joining import FRAME

REFERENCE = re.compile(r"\d+ \d+ R")
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
ELSEWHERE = (
    "/Type",
    "/Parent",
    "/Annots",
    "/Contents",
    "/Resources",
)  # compared in another way, or no content
PAGE = {
    "/MediaBox": "size (MediaBox)",
    "/CropBox": "visible area (CropBox)",
    "/BleedBox": "printed area (BleedBox)",
    "/TrimBox": "trimmed area (TrimBox)",
    "/Rotate": "rotation in degrees (Rotate)",
    "/UserUnit": "unit of length (UserUnit)",
}
RESOURCE = {
    "/Font": "font",
    "/XObject": "picture or drawing",
    "/ExtGState": "graphics state",
    "/ColorSpace": "colour space",
    "/Pattern": "pattern",
    "/Shading": "shading",
    "/Properties": "layer or property list",
}
CATALOGUE = {
    "/StructTreeRoot": "tags for screen readers",
    "/OutputIntents": "colour profile",
    "/Outlines": "bookmarks",
    "/OCProperties": "layers that can be shown or hidden",
    "/AcroForm": "form",
    "/OpenAction": "action on opening",
    "/AA": "actions",
    "/Metadata": "description of the document (XMP)",
    "/AF": "list of attachments",
    "/Lang": "language",
}
NAMES = {"/Dests": "places that links lead to", "/JavaScript": "scripts"}
NOT_THERE = "not there"
THERE = "there"
SHOWN = 80  # characters shown of a value
DEEPEST = 60  # levels of a tree of names
LARGEST_BLOCK = 40  # pages that are matched with each other by what they have in common


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


def compare(stored: bytes, found: bytes) -> bytes:
    """JSON: same, sections, missing, added, moved, changed, rest.

    `same` is the number of stored pages in which nothing differs; `sections` are [title, first page] of the stored
    file. Pages are numbered from 1: `missing` are stored pages, `added` [page of the file, the stored page it
    repeats or null], `moved` [stored page, page of the file], `changed` [stored page, what, stored, found],
    `rest` [what, stored, found]. Raises whatever a broken file raises.
    """
    with pikepdf.open(io.BytesIO(stored)) as ours, pikepdf.open(io.BytesIO(found)) as theirs:
        return json.dumps(_compared(File(ours), File(theirs))).encode()


def _compared(ours: File, theirs: File) -> dict:
    looks = [[file.looks(page) for page in file.pages] for file in (ours, theirs)]
    pairs, moved = _with_moved(list(aligned(*looks)), *looks)
    for token, pair in enumerate(pairs):
        for file, number in zip((ours, theirs), pair, strict=True):
            if number is not None:
                file.name_page(number, f"page {token}")
    for file in (ours, theirs):
        file.name_attachments()
    changed = []
    for old, new in pairs:
        if old is not None and new is not None:
            found = [*_unequal(looks[0][old], looks[1][new]), *_notes(ours.notes(old), theirs.notes(new))]
            changed += [[old + 1, *each] for each in found]
    missing = [old + 1 for old, new in pairs if new is None]
    unlike = {*missing, *(old for old, _ in moved), *(old for old, *_ in changed)}
    return {
        "same": len(ours.pages) - len(unlike),
        "sections": ours.sections(),
        "missing": missing,
        "added": [[new + 1, _first(looks[0], looks[1][new])] for old, new in pairs if old is None],
        "moved": moved,
        "changed": changed,
        "rest": list(_unequal(ours.rest(), theirs.rest())),
    }


def _with_moved(pairs: list[tuple], ours: list, theirs: list) -> tuple[list[tuple], list[list[int]]]:
    """The pairs, with a page that is missing in one place and added in another as one pair; and those pages."""
    moved = []
    for new in [new for old, new in pairs if old is None]:
        old = next((old for old, other in pairs if other is None and ours[old] == theirs[new]), None)
        if old is not None:
            pairs = [each for each in pairs if each not in ((old, None), (None, new))] + [(old, new)]
            moved.append([old + 1, new + 1])
    return pairs, moved


def _first(pages: list, page) -> int | None:
    """The number of the first page that looks like this one."""
    return pages.index(page) + 1 if page in pages else None


def _unequal(ours: Facts, theirs: Facts) -> Iterator[list[str]]:
    for what in dict.fromkeys([*ours, *theirs]):
        one, other = ours.get(what, NONE), theirs.get(what, NONE)
        if not one.fits(other):
            yield [what, *_told(one, other)]


def _notes(ours: list[Fact], theirs: list[Fact]) -> Iterator[list[str]]:
    for old, new in aligned(ours, theirs):
        one, other = NONE if old is None else ours[old], NONE if new is None else theirs[new]
        if not one.fits(other):
            yield ["annotation", *_told(one, other)]


def _told(one: Fact, other: Fact) -> tuple[str, str]:
    return one.shown, f"{other.shown}; its content differs" if one.shown == other.shown else other.shown


def aligned(ours: Sequence, theirs: Sequence) -> Iterator[tuple[int | None, int | None]]:
    """Both as pairs of positions: equal ones first of all, then those most alike; None where one has no other."""
    keys = [[repr(each) for each in side] for side in (ours, theirs)]
    for tag, i, j, k, m in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        old, new = list(range(i, j)), list(range(k, m))
        if tag == "equal" or len(old) == len(new):
            yield from zip(old, new, strict=True)
            continue
        while old and new:
            block = [(a, b) for a in old[:LARGEST_BLOCK] for b in new[:LARGEST_BLOCK]]
            pair = max(block, key=lambda pair: _in_common(ours[pair[0]], theirs[pair[1]]))
            yield pair
            old.remove(pair[0])
            new.remove(pair[1])
        yield from ((each, None) for each in old)
        yield from ((None, each) for each in new)


def _in_common(one, other) -> int:
    return sum(other.get(what) == fact for what, fact in one.items()) if isinstance(one, dict) else 0


class File:
    """A PDF file as facts. Objects count by what they hold, whatever their numbers."""

    def __init__(self, pdf: pikepdf.Pdf):
        self.pdf = pdf
        self.pages = [_reference(page.obj) for page in pdf.pages]
        self._names = {page: f"page {number}" for number, page in enumerate(self.pages)}
        self._values: dict[str, object] = {}
        self._bodies: dict[str, Body | None] = {}
        self._digests: dict[str, str] = {}
        self._catalogue = self._json(pdf.Root)

    # What a page shows.

    def looks(self, page: str) -> Facts:
        """The content of a page and its resources, without annotations."""
        content = self.value(page)
        inherited = {key: self._inherited(content, key) for key in INHERITED}
        resources = self._resources(inherited["/Resources"])
        local = self._local_names(resources)
        found = Facts()
        found.add("content", self._drawn(content.get("/Contents")))
        for key, value in sorted(({**content, **inherited}).items()):
            if value is not None and key not in ELSEWHERE:
                found.add(PAGE.get(key, f"setting {key[1:]}"), self.fact(value))
        for kind, named in resources.items():
            each = self.value(named)
            if isinstance(each, dict):
                for name, thing in sorted(each.items()):
                    self._add_resource(found, kind, name, thing, local)
            else:
                found.add(f"resource {kind[1:]}", self.fact(named))
        return found

    def _resources(self, value) -> dict:
        found = self.value(value)
        return dict(sorted(found.items())) if isinstance(found, dict) else {}

    def _local_names(self, resources: dict) -> dict[str, str]:
        """The names by which the page's content refers to its fonts and colours, each of which is a fact."""
        found = {}
        for kind in ("/Font", "/ColorSpace"):
            named = resources.get(kind)
            if _is_reference(named):
                found[named] = f"the page’s {kind}"
            for name, thing in self._resources(named).items():
                if _is_reference(thing):
                    found.setdefault(thing, f"the page’s {kind} {name}")
        return found

    def _add_resource(self, found: Facts, kind: str, name: str, thing, local: dict[str, str]) -> None:
        what = "head and foot" if name == FRAME else f"{RESOURCE.get(kind, kind[1:])} {name[1:]}"
        value = self.value(thing)
        if kind != "/Font" or not isinstance(value, dict):
            found.add(what, replace(self.fact(thing), by_name=self.digest(thing, local)))
            return
        # Apart, since it changes nothing that is seen.
        drawn = {key: each for key, each in value.items() if key != "/ToUnicode"}
        found.add(what, Fact(_font(value), self.digest(drawn)))
        if "/ToUnicode" in value:
            found.add(f"{what}, text copied from it (ToUnicode)", self.fact(value["/ToUnicode"]))

    def _drawn(self, contents) -> Fact:
        """One stream or several; a page without any is blank."""
        value = self.value(contents)
        streams = value if isinstance(value, list) else [contents] if contents else []
        size = sum(body.size for each in streams if (body := self._body(each)))
        return Fact(f"{size:,} bytes", self.digest(streams))

    def _inherited(self, content: dict, key: str):
        for _ in range(DEEPEST):
            if key in content or not isinstance(content.get("/Parent"), str):
                break
            content = self.value(content["/Parent"])
        return content.get(key)

    def notes(self, number: int) -> list[Fact]:
        """What lies upon a page and can be followed, filled in or read: links, notes, fields."""
        return [self._note(each) for each in self._annotations(self.pages[number])]

    def _annotations(self, page: str) -> list:
        found = self.value(self.value(page).get("/Annots"))
        return found if isinstance(found, list) else []

    def _note(self, annotation) -> Fact:
        value = self.value(annotation)
        if not isinstance(value, dict):
            return self.fact(value)
        action = self.value(value.get("/A"))
        action = action if isinstance(action, dict) else {}
        target = action.get("/URI") or value.get("/Dest") or action.get("/D") or action.get("/S")
        text = self.value(target or value.get("/V") or value.get("/Contents") or "")
        kind = str(value.get("/Subtype", "/unknown"))[1:]
        words = f"{kind}: {_short(text)}" if isinstance(text, str) and text else kind
        return Fact(words, self.digest(value))

    # What belongs to the document as a whole.

    def sections(self) -> list:
        """[title, first page from 1] of the outline."""
        numbers = {page: number for number, page in enumerate(self.pages, 1)}
        found = []
        for item in self.pdf.open_outline().root:
            where = item.destination
            if isinstance(where, pikepdf.Array) and len(where):
                found.append([str(item.title), numbers.get(_reference(where[0]), 1)])
        return found

    def rest(self) -> Facts:
        """All that belongs to no page: attachments, tags, bookmarks, layers, scripts, descriptions."""
        found = Facts()
        for key, value in sorted(self._catalogue.items()):
            if key not in ("/Type", "/Pages", "/Names"):
                found.add(CATALOGUE.get(key, f"entry {key[1:]} of the catalogue"), self.fact(value))
        for key, tree in sorted(self._trees().items()):
            pairs = [list(pair) for pair in self._pairs(tree)]
            if key == "/EmbeddedFiles":
                for name, spec in pairs:
                    self._add_attachment(found, f"attachment {_short(name)}", spec)
            else:
                found.add(NAMES.get(key, f"names of {key[1:]}"), Fact(THERE, self.digest(pairs)))
        for key, value in sorted(self._json(self.pdf.docinfo).items()):
            found.add(f"{key[1:]} in the description", self.fact(value))
        if self.pdf.is_encrypted:
            found.add("encryption", Fact(f"revision {self.pdf.encryption.R}", f"{self.pdf.encryption.P}"))
        if self.pdf.get_warnings():
            found.add("damage that had to be repaired for reading", Fact(THERE, ""))
        return found

    def _add_attachment(self, found: Facts, what: str, spec) -> None:
        """What is attached, apart from the words and dates beside it."""
        value = self.value(spec)
        files = self.value(value.get("/EF")) if isinstance(value, dict) else None
        body = self._body(files.get("/F")) if isinstance(files, dict) else None
        if body is None:
            found.add(what, self.fact(spec))
            return
        others = {key: each for key, each in files.items() if key != "/F"}
        beside = [{**value, "/EF": others}, self.value(files["/F"]).get("/Params")]
        found.add(what, Fact(f"{body.size:,} bytes", body.digest))
        found.add(f"{what}, how it is attached", Fact(THERE, self.digest(beside)))

    def _trees(self) -> dict:
        found = self.value(self._catalogue.get("/Names"))
        return found if isinstance(found, dict) else {}

    def _pairs(self, tree, depth: int = 0) -> Iterator[tuple[str, object]]:
        """The entries of a tree of names, in its order."""
        node = self.value(tree)
        if not isinstance(node, dict) or depth > DEEPEST:
            return
        names = self.value(node.get("/Names")) or []
        yield from (
            (str(self.value(name)), value) for name, value in zip(names[::2], names[1::2], strict=False)
        )
        for kid in self.value(node.get("/Kids")) or []:
            yield from self._pairs(kid, depth + 1)

    # Pages, annotations and attachments are compared by themselves; other objects refer to them by a name.

    def name_page(self, number: int, name: str) -> None:
        """From here on a page and what lies upon it go by that name, the same in both files."""
        page = self.pages[number]
        self._names[page] = name
        for at, each in enumerate(self._annotations(page)):
            if isinstance(each, str):
                self._names.setdefault(each, f"annotation {at} of {name}")
        self._digests.clear()

    def name_attachments(self) -> None:
        """From here on an attachment goes by its name, the same in both files."""
        for at, (name, spec) in enumerate(self._pairs(self._trees().get("/EmbeddedFiles"))):
            if isinstance(spec, str):
                self._names.setdefault(spec, f"attachment {at} {name}")
        self._digests.clear()

    # Objects.

    def value(self, value):
        """What a reference leads to; everything else is itself."""
        if not _is_reference(value):
            return value
        if value not in self._values:
            self._values[value] = self._json(self._object(value))
        return self._values[value]

    def fact(self, value) -> Fact:
        """A value in a few words, with its digest."""
        plain = self.value(value)
        if body := self._body(value):
            shown = f"{body.size:,} bytes"
        elif isinstance(plain, dict) or not _flat(plain):
            shown = THERE
        else:
            shown = _short(plain)
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
            if body := self._body(reference):
                content = {name: each for name, each in content.items() if name not in body.packing}
                found.update(body.digest.encode())
            found.update(_spelt(content, name_of))
        if key is not None:
            self._digests[key] = found.hexdigest()
        return found.hexdigest()

    def _object(self, reference: str):
        number, generation, _ = reference.split()
        return self.pdf.get_object(int(number), int(generation))

    def _json(self, thing) -> object:
        if thing is None:  # a reference to an object that isn't there
            return None
        return json.loads(thing.to_json(dereference=True, schema_version=2))

    def _body(self, value) -> Body | None:
        """What a stream holds, where the value refers to one: unpacked, or as it is where that can't be done."""
        if not _is_reference(value):
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
        return name_of(part) if _is_reference(part) else part

    return json.dumps(plain(value), sort_keys=True).encode()


def _reference(thing: pikepdf.Object) -> str:
    return "{} {} R".format(*thing.objgen)


def _is_reference(value) -> bool:
    # Other texts begin with "u:", "b:" or, as names, with "/".
    return isinstance(value, str) and REFERENCE.fullmatch(value) is not None


def _font(value: dict) -> str:
    """Its name without the six letters that mark a part of a font."""
    return str(value.get("/BaseFont", "/none"))[1:].rpartition("+")[2].strip(",")


def _flat(value) -> bool:
    return not isinstance(value, list) or all(isinstance(each, int | float) for each in value)


def _short(value) -> str:
    if isinstance(value, list):
        value = " ".join(f"{each:g}" for each in value)
    text = str(value)
    if text.startswith("b:"):
        text = bytes.fromhex(text[2:]).decode("pdfdoc", "replace")
    text = text.removeprefix("u:").removeprefix("/")
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
