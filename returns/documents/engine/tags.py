"""Completes the tags that WeasyPrint writes: a table over several pages is one, each figure has all its heads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pydyf
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

RESOURCES = ("Pattern", "Shading", "XObject")


def finish(document, pdf: pydyf.PDF, prefix: str = "") -> None:
    """The tags read as the page does, and the file passes the check of PDF/A-3b.

    A table over several pages is one table with one head; what each page repeats is marked as decoration.
    Every TD names its row's and its column's heads, spanning ones included; every TH has its scope. The names
    of heads begin with `prefix`, so that those of parts to be joined differ.
    Raises ValueError when the file is not as WeasyPrint 70 makes it.
    """
    tree = _Tree(pdf)
    _join_tables(tree, document)
    _drop_unread(tree)
    _complete_tables(tree, prefix)
    tidy(document, pdf)


def _complete_tables(tree: _Tree, prefix: str) -> None:
    """Completes heads: WeasyPrint 70 gives one that spans columns to the first of them only, and writes no scope."""
    names = {}
    for element in list(tree.pdf.objects):
        if isinstance(element, pydyf.Dictionary) and element.get("S") == "/Table":
            _complete_table(tree, element, names, prefix)
    root = tree.root
    if root is not None and names:
        # Heads are named by ID, and a reader looks IDs up here.
        pairs = [part for key in sorted(names) for part in (pydyf.String(key), names[key])]
        leaf = pydyf.Dictionary({"Names": pydyf.Array(pairs)})
        root["IDTree"] = leaf


def tidy(document, pdf: pydyf.PDF) -> None:
    """Removes empty kinds of resources, which the archival checker takes for used; lists attachments once."""
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Dictionary) and "ExtGState" in thing:
            for kind in RESOURCES:
                if kind in thing and not thing[kind]:
                    del thing[kind]
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _join_tables(tree: _Tree, document) -> None:
    """Puts the fragments of one HTML table, one on each page, under the first of them."""
    tables = [table for table in tree.pdf.objects if _kind(table) == "/Table"]
    fragments = [box for page in document.pages for box in _tables(page._page_box)]
    if len(tables) != len(fragments):
        raise ValueError(f"{len(fragments)} tables were laid out and {len(tables)} were tagged.")
    firsts: dict = {}
    for fragment, table in zip(fragments, tables, strict=True):
        first = firsts.setdefault(fragment.element, table)
        _join(tree, _parts(fragment), table, first, firsts)


def _join(tree: _Tree, parts: list, element, first, firsts: dict) -> None:
    """Moves what is new in `element` under `first`, and so on down to the cells of a row cut in two."""
    moved = []
    kids = [] if _kind(element) in ("/TH", "/TD") else list(zip(parts, element["K"], strict=True))
    for box, reference in kids:
        kid = tree.find(reference)
        known = firsts.setdefault(box.element, kid)
        repeated = known is not kid and _kind(kid) == "/THead"
        if repeated:
            continue
        _join(tree, box.children, kid, known, firsts)
        if known is kid:
            moved.append(reference)
    if _kind(element) in ("/TH", "/TD"):
        moved = list(element["K"])
        _name_signs(tree, parts, moved)
    if element is first:
        first["K"] = pydyf.Array(moved)
        return
    for reference in moved:
        kid = tree.find(reference)
        kid["P"] = first.reference
        first["K"].append(reference)
    element["K"] = pydyf.Array()
    parent = tree.find(element["P"])
    if element.reference in parent["K"]:
        parent["K"].remove(element.reference)


def _name_signs(tree: _Tree, parts: list, references: list) -> None:
    """A letter that represents a word, such as a rating, gets that word, its title, as alternative text."""
    boxes_in = [
        child for part in parts for child in (part.children if isinstance(part, boxes.LineBox) else [part])
    ]
    if len(boxes_in) != len(references):
        return  # a list or a link among them: no cell with a sign has one
    for box, reference in zip(boxes_in, references, strict=True):
        title = box.element.get("title") if box.element is not None and box.element_tag == "span" else None
        if title:
            tree.find(reference)["Alt"] = pydyf.String(title)


def _kind(element) -> str | None:
    return element.get("S") if isinstance(element, pydyf.Dictionary) else None


def _tables(box) -> Iterator[boxes.Box]:
    """The boxes that WeasyPrint tags as tables, in the order of its tags."""
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if isinstance(box, boxes.MarginBox):
        return
    children = getattr(box, "children", ())
    if box.element is not None and box.element_tag == "table":
        yield box
        children = _parts(box)
    for child in children:
        yield from _tables(child)


def _parts(table) -> list:
    """The caption and the groups of rows of a table in its wrapper, as WeasyPrint tags them."""
    inner = table.get_wrapped_table() if table.is_table_wrapper else None
    if inner is None:
        return list(table.children)
    return [part for child in table.children for part in (child.children if child is inner else [child])]


def _drop_unread(tree: _Tree) -> None:  # noqa: C901
    """What no one reads in the tree, heads and feet of pages and repeated heads of tables, is decoration."""
    reached = set()
    stack = [tree.root.reference]
    while stack:
        reference = stack.pop()
        if reference not in reached:
            reached.add(reference)
            kids = tree.find(reference).get("K", ())
            stack.extend(kid for kid in kids if isinstance(kid, bytes))
    unread = defaultdict(list)  # content of each page, by its number
    nums = tree.find(tree.root["ParentTree"])["Nums"]
    for page, held in zip(nums[::2], nums[1::2], strict=True):
        if isinstance(held, list):
            for number, reference in enumerate(held):
                if reference not in reached:
                    unread[page].append(number)
                    held[number] = "null"
        elif held not in reached:
            raise ValueError("A link is in the head of a page or table, where no one reads it.")
    for page, numbers in unread.items():
        _to_decoration(tree, tree.pdf.page_references[page], set(numbers))
    for element in tree.pdf.objects:
        read = not isinstance(element, pydyf.Dictionary) or element.get("Type") != "/StructElem"
        if not read and element.reference not in reached:
            element.clear()  # marked as free, it would shift what pydyf writes after it


def _to_decoration(tree: _Tree, page: bytes, numbers: set[int]) -> None:
    """Marks that content of the page as artifact. It must be on the page itself."""
    content = tree.find(tree.find(page)["Contents"]).stream
    for at in range(len(content) - 1, 1, -1):
        marked = content[at - 1]
        if content[at] == b"BDC" and isinstance(marked, dict) and marked.get("MCID") in numbers:
            numbers.remove(marked["MCID"])
            content[at - 2 : at + 1] = ["/Artifact", b"BMC"]
    if numbers:
        raise ValueError(f"{len(numbers)} pieces of marked content are not on their page.")


class _Tree:
    """Elements of the structure tree by reference."""

    def __init__(self, pdf: pydyf.PDF):
        self.pdf = pdf
        self.root = self.find(pdf.catalog.get("StructTreeRoot"))

    def find(self, reference):
        if not isinstance(reference, bytes) or not reference.endswith(b" R"):
            return None
        return self.pdf.objects[int(reference.split()[0])]

    def children(self, element, *kinds: str) -> Iterator[pydyf.Dictionary]:
        for reference in element["K"]:
            child = self.find(reference)
            if isinstance(child, pydyf.Dictionary) and child.get("S") in kinds:
                yield child


def _complete_table(tree: _Tree, table, names: dict, prefix: str) -> None:  # noqa: C901
    columns: dict[int, list] = {}  # heads of each column, from the top
    covered: dict[int, int] = {}  # columns that cells of earlier rows still take, and for how many rows
    spanning: dict[int, list] = {}  # row heads that hold for later rows, likewise
    for part in tree.children(table, "/THead", "/TBody", "/TFoot", "/TR"):
        rows = [part] if part["S"] == "/TR" else list(tree.children(part, "/TR"))
        group: list = []
        for row in rows:
            column = 0
            row_heads = [head for head, left in spanning.values() if left]
            spanning = {key: [head, left - 1] for key, (head, left) in spanning.items() if left > 1}
            found, later = [], {}
            for cell in tree.children(row, "/TH", "/TD"):
                while covered.get(column):
                    column += 1
                attributes = cell["A"]
                width, height = attributes.get("ColSpan", 1), attributes.get("RowSpan", 1)
                taken = range(column, column + width)
                if cell["S"] == "/TD":
                    found.append((attributes, taken))
                else:
                    key = f"{prefix}{table.number}-{cell.number}"
                    cell["ID"] = pydyf.String(key)
                    names[key] = cell.reference
                    if part["S"] == "/THead":
                        attributes["Scope"] = "/Column"
                        for each in taken:
                            columns.setdefault(each, []).append(key)
                    elif width > 1:
                        # A head over the whole row is the head of the rows of its group.
                        attributes["Scope"] = "/Row"
                        group = [key]
                    else:
                        attributes["Scope"] = "/Row"
                        row_heads.append(key)
                        if height > 1:
                            spanning[column] = [key, height - 1]
                later |= dict.fromkeys(taken, height)
                column += width
            for attributes, taken in found:
                heads = row_heads + group + [head for each in taken for head in columns.get(each, ())]
                keys = [pydyf.String(key) for key in dict.fromkeys(heads)]
                attributes["Headers"] = pydyf.Array(keys)
            covered = {key: left - 1 for key, left in covered.items() if left > 1} | {
                key: height - 1 for key, height in later.items() if height > 1
            }
