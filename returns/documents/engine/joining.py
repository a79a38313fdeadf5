"""Joins separately rendered parts into one file: pages, tags, links and outline."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, String

FRAME = Name("/Frame")  # the head and foot of a page


@dataclass(frozen=True)
class Joined:
    """A rendered part, to be joined."""

    pdf: bytes
    anchors: frozenset[str]  # those it owns; others are in other parts
    continues: bool  # under the heading of the part before


def join(frame: bytes, parts: Sequence[Joined]) -> bytes:
    """One file of all those parts, in that order.

    `frame` is a file with as many pages as the parts have together; it gives their heads and feet, and the
    file its title, dates, attachments and output intent. The same arguments give the same bytes.
    Raises ValueError when the frame has another number of pages.
    """
    with ExitStack() as opened:
        out = opened.enter_context(pikepdf.open(io.BytesIO(frame)))
        frames = list(out.pages)
        forms = [page.as_form_xobject() for page in frames]
        outline = _Outline(out)
        tree = _Tree(out)
        anchors: dict[str, Object] = {}
        for joined in parts:
            part = opened.enter_context(pikepdf.open(io.BytesIO(joined.pdf)))
            before = len(out.pages)
            for page in part.pages:
                out.pages.append(page)
            tree.take(part, list(out.pages)[before:])
            outline.take(part, joined.continues)
            anchors |= {name: where for name, where in _anchors(out, part) if name in joined.anchors}
        pages = list(out.pages)[len(frames) :]
        if len(pages) != len(frames):
            raise ValueError(f"{len(pages)} pages were rendered, but heads and feet of {len(frames)}.")
        for page, form in zip(pages, forms, strict=True):
            _put_in_frame(out, page, form, frames[0].Resources.ColorSpace)
        del out.pages[: len(frames)]
        tree.close()
        outline.close()
        if anchors:
            out.Root.Names = out.Root.get(Name.Names, Dictionary())
            out.Root.Names.Dests = _names(anchors)
        file = io.BytesIO()
        out.save(file, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
        return file.getvalue()


def _put_in_frame(out: Pdf, page: pikepdf.Page, form: Object, colours: Object) -> None:
    """Puts head and foot first, as artifacts: the tag tree never leads to them."""
    # Pages of a part share their resources; the frame is this page's alone.
    resources = Dictionary(page.obj.Resources)
    resources.XObject = Dictionary(resources.get(Name.XObject, Dictionary()))
    resources.XObject[FRAME] = form
    resources.ColorSpace = colours  # the same in all parts
    page.obj.Resources = resources
    drawn = out.make_stream(b"/Artifact <</Type /Pagination>> BDC /Frame Do EMC\n")
    page.obj.Contents = Array([drawn, page.obj.Contents])


class _Tree:
    """The tag tree of the joined file, made of those of its parts."""

    def __init__(self, out: Pdf):
        self.out = out
        self.root: Object | None = None
        self.pages: list[Object | int] = []  # of the parent tree: number, content, number, content …
        self.names: dict[str, Object] = {}
        self.next = 0  # free number in the parent tree

    def take(self, part: Pdf, pages: list[pikepdf.Page]) -> None:
        """The tags of a part whose pages are already here."""
        root = self.out.copy_foreign(part.Root.StructTreeRoot)
        nums = root.ParentTree.Nums
        for number, held in zip(list(nums)[::2], list(nums)[1::2], strict=True):
            self.pages += [int(number) + self.next, held]
        for page in pages:
            for numbered in (page.obj, *page.obj.get(Name.Annots, ())):
                for key in (Name.StructParents, Name.StructParent):
                    if key in numbered:
                        numbered[key] = int(numbered[key]) + self.next
        self.next += int(nums[-2]) + 1
        self.names |= dict(_pairs(root.get(Name.IDTree)))
        if self.root is None:
            self.root = root
            return
        (top,), (document,) = root.K, self.root.K
        for element in top.K:
            element.P = document
        document.K.extend(top.K)

    def close(self) -> None:
        root = self.root
        root.ParentTree.Nums = Array(self.pages)
        if self.names:
            root.IDTree = _names(self.names)
        self.out.Root.StructTreeRoot = root
        self.out.Root.MarkInfo = Dictionary(Marked=True)
        self.out.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


class _Outline:
    """The outline of the joined file, two levels deep, made of those of its parts."""

    def __init__(self, out: Pdf):
        self.out = out
        self.root = out.make_indirect(Dictionary())
        self.entries: list[tuple[Object, list[Object]]] = []

    def take(self, part: Pdf, continues: bool) -> None:
        """The entries of a part whose pages are already here."""
        if Name.Outlines not in part.Root:
            return
        for entry in _entries(self.out.copy_foreign(part.Root.Outlines)):
            if continues and self.entries:
                self.entries[-1][1].append(entry)
            else:
                self.entries.append((entry, list(_entries(entry))))

    def close(self) -> None:
        if self.entries:
            for entry, below in self.entries:
                _chain(entry, below)
            _chain(self.root, [entry for entry, _below in self.entries])
            self.root.Count = sum(1 + len(below) for _entry, below in self.entries)
            self.out.Root.Outlines = self.root


def _entries(above: Object) -> Iterator[Object]:
    entry = above.get(Name.First)
    while entry is not None:
        yield entry
        entry = entry.get(Name.Next)


def _chain(above: Object, entries: list[Object]) -> None:
    """Puts these entries, and no others, below that one."""
    above.Count = len(entries)
    for entry in entries:
        entry.Parent = above
    for one, other in pairwise(entries):
        one.Next, other.Prev = other, one
    if entries:
        above.First, above.Last = entries[0], entries[-1]


def _anchors(out: Pdf, part: Pdf) -> Iterator[tuple[str, Object]]:
    """What links may lead to in a part whose pages are already here."""
    if Name.Names in part.Root and Name.Dests in part.Root.Names:
        yield from _pairs(out.copy_foreign(part.make_indirect(part.Root.Names.Dests)))


def _pairs(tree: Object | None) -> Iterator[tuple[str, Object]]:
    """What a tree of names holds; WeasyPrint's have one leaf."""
    held = list(tree.Names) if tree is not None else []
    for name, found in zip(held[::2], held[1::2], strict=True):
        yield str(name), found


def _names(found: dict[str, Object]) -> Object:
    return Dictionary(Names=Array([each for name in sorted(found) for each in (String(name), found[name])]))
