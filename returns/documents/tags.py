"""Completes what WeasyPrint leaves out of tagged tables, so that each figure knows all its heads."""

from __future__ import annotations

from collections.abc import Iterator

import pydyf


def complete_tags(document, pdf: pydyf.PDF) -> None:
    """Every TD names its row's and its column's heads, spanning ones included; every TH has its scope.

    WeasyPrint 70 credits a head that spans columns to the first of them only and writes no scope.
    """
    tree = _Tree(pdf)
    names = {}
    for element in list(pdf.objects):
        if isinstance(element, pydyf.Dictionary) and element.get("S") == "/Table":
            _complete_table(tree, element, names)
    root = tree.find(pdf.catalog.get("StructTreeRoot"))
    if root is not None and names:
        # Heads are named by ID, and a reader looks IDs up here.
        pairs = [part for key in sorted(names) for part in (pydyf.String(key), names[key])]
        leaf = pydyf.Dictionary({"Names": pydyf.Array(pairs)})
        root["IDTree"] = leaf


class _Tree:
    """Elements of the structure tree by reference."""

    def __init__(self, pdf: pydyf.PDF):
        self.pdf = pdf

    def find(self, reference):
        if not isinstance(reference, bytes) or not reference.endswith(b" R"):
            return None
        return self.pdf.objects[int(reference.split()[0])]

    def children(self, element, *kinds: str) -> Iterator[pydyf.Dictionary]:
        for reference in element["K"]:
            child = self.find(reference)
            if isinstance(child, pydyf.Dictionary) and child.get("S") in kinds:
                yield child


def _complete_table(tree: _Tree, table, names: dict) -> None:
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
                    key = f"{table.number}-{cell.number}"
                    cell["ID"] = pydyf.String(key)
                    names[key] = cell.reference
                    if part["S"] == "/THead":
                        attributes["Scope"] = "/Column"
                        for each in taken:
                            columns.setdefault(each, []).append(key)
                    elif width > 1:
                        # A head over the whole row speaks for the rows of its group.
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
