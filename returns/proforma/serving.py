"""Which tables of a form the code can print, and which models it needs in one section alone; the checks read it.

The form is below all other modules and may not import them, so they register here. Sections are known by the models
that their tables are kept in: a form may name its sections freely.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Serving:
    """Tables that can be printed together as a section, and models that one section of a form alone may use."""

    printed: dict[frozenset[str], dict[str, tuple[str, ...]]] = field(default_factory=dict)
    alone: dict[str, str] = field(default_factory=dict)

    def prints(self, columns: dict[str, tuple[str, ...]]) -> None:
        """A section with tables on exactly these models can be printed, if each has these columns."""
        lower = {model.lower(): names for model, names in columns.items()}
        self.printed[frozenset(lower)] = lower

    def once(self, model: str, *, by: str) -> None:
        """`by`, such as "the page of gains", shows one section with a table on that model and no second."""
        self.alone[model.lower()] = by


serving = Serving()
