"""What a PDF file has, as facts that can be compared with those of another. Runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pikepdf

from .joining import FRAME
from .objects import THERE, Fact, Facts, Objects, is_reference, reference_to, short

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
DEEPEST = 60  # levels of a tree of names


class File(Objects):
    """A PDF file as facts: of each page, of what lies upon it, and of the document as a whole."""

    def __init__(self, pdf: pikepdf.Pdf):
        super().__init__(pdf)
        self.pages = [reference_to(page.obj) for page in pdf.pages]
        self._names = {page: f"page {number}" for number, page in enumerate(self.pages)}
        self._catalogue = self.as_json(pdf.Root)

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
            if is_reference(named):
                found[named] = f"the page’s {kind}"
            for name, thing in self._resources(named).items():
                if is_reference(thing):
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
        size = sum(body.size for each in streams if (body := self.body(each)))
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
        words = f"{kind}: {short(text)}" if isinstance(text, str) and text else kind
        return Fact(words, self.digest(value))

    # What belongs to the document as a whole.

    def sections(self) -> list:
        """[title, first page from 1] of the outline."""
        numbers = {page: number for number, page in enumerate(self.pages, 1)}
        found = []
        for item in self.pdf.open_outline().root:
            where = item.destination
            if isinstance(where, pikepdf.Array) and len(where):
                found.append([str(item.title), numbers.get(reference_to(where[0]), 1)])
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
                    self._add_attachment(found, f"attachment {short(name)}", spec)
            else:
                found.add(NAMES.get(key, f"names of {key[1:]}"), Fact(THERE, self.digest(pairs)))
        for key, value in sorted(self.as_json(self.pdf.docinfo).items()):
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
        body = self.body(files.get("/F")) if isinstance(files, dict) else None
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


def _font(value: dict) -> str:
    """Its name without the six letters that mark a part of a font."""
    return str(value.get("/BaseFont", "/none"))[1:].rpartition("+")[2].strip(",")
