"""Canonical JSON and digests of it."""

import hashlib
import json


def canonical(value) -> str:
    """Canonical JSON: sorted keys, no spaces, plain UTF-8; the same data always give the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sha256_of_bytes(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def short_code(digest: str) -> str:
    """The first 60 bits of a digest as three groups of four letters and digits, to read out and compare."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1
    number = int(digest[:15], 16)
    letters = ""
    for _ in range(12):
        number, index = divmod(number, 32)
        letters = alphabet[index] + letters
    return "-".join((letters[:4], letters[4:8], letters[8:]))
