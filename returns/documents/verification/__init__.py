"""Whether a PDF is a version that is stored here, and if it isn't quite, what in it differs.

A verdict says no more than was compared: the bytes first, then the attached answers one by one, then every object of
the file (`documents.engine.comparison`).
"""

from .differences import Difference
from .verdict import LARGEST, Verdict, verify

__all__ = ["LARGEST", "Difference", "Verdict", "verify"]
