"""The form as data: what is asked, in which order and words."""

from .schema import (
    Column,
    Light,
    Line,
    Point,
    Proforma,
    ProformaError,
    Section,
    Table,
    current,
    known_keys,
    load,
    versions_of,
)

__all__ = [
    "Column",
    "Light",
    "Line",
    "Point",
    "Proforma",
    "ProformaError",
    "Section",
    "Table",
    "current",
    "known_keys",
    "load",
    "versions_of",
]
