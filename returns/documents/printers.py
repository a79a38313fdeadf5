"""Which section is printed by what: told by each app of the sections whose answers it keeps.

A section is known by the models that its tables are kept in, never by its key, so that a form may name and number
its sections as it likes. The checks of the form refuse a section that nothing prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..proforma import Section
from ..proforma.serving import serving


@dataclass(frozen=True)
class Printer:
    """Makes the rows of a section, for the template and the style of that layout.

    `build` is given the answers, the section and the assessment, and returns fields of `SectionRows`. A section that
    `follows` goes on below the one before it; all others begin a page.
    """

    build: Callable[..., dict]
    layout: str
    follows: bool = False


PRINTERS: dict[frozenset[str], Printer] = {}


def prints(layout: str, columns: dict[str, tuple[str, ...]], *, follows: bool = False):
    """The function prints sections whose tables are on exactly these models, and needs these columns of each."""

    def register(build: Callable[..., dict]) -> Callable[..., dict]:
        serving.prints(columns)
        PRINTERS[frozenset(model.lower() for model in columns)] = Printer(build, layout, follows)
        return build

    return register


def printer_of(section: Section) -> Printer:
    """Whatever prints that section. Raises KeyError where nothing does, which the checks of the form refuse."""
    return PRINTERS[section.models]
