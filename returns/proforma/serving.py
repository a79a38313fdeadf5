"""Sections, tables and fields that the code needs by name: registered on import, read by the checks.

The form is below all other modules and may not import them, so they register here.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Serving:
    """Sections that can be printed, and sections that some page needs."""

    printed: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    needed: dict[str, str] = field(default_factory=dict)

    def prints(self, section: str, **tables: tuple[str, ...]) -> None:
        """The section can be printed, if it has these tables with these fields among their columns."""
        self.printed[section] = tables

    def needs(self, section: str, *, by: str) -> None:
        """`by`, such as "the quick grid", fails on a form without that section."""
        self.needed[section] = by


serving = Serving()
