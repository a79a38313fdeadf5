"""The documents of the Cabinet pack by name: what `render_return` and the documents page can draw."""

from returns.documents.return_ import return_sheet

DOCUMENTS = {"return": return_sheet}
