"""The form itself, as data: what is asked, in which order and words."""

from .schema import Column, Light, Line, Point, Proforma, ProformaError, Section, Table, known_keys, load

__all__ = [
    "Column",
    "Light",
    "Line",
    "Point",
    "Proforma",
    "ProformaError",
    "Section",
    "Table",
    "known_keys",
    "load",
]
