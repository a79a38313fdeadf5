"""Stored copies: canonical data and the PDF made of them, each with its digest."""

import logging

from django.db import models

from ..values.digests import sha256, sha256_of_bytes

logger = logging.getLogger(__name__)


class DamagedCopy(Exception):
    """What is stored does not match its digest; the message is for the reader."""


class StoredCopy(models.Model):
    """A copy that never changes. Data and PDF are compared with their digests before they are used."""

    data = models.TextField(help_text="Canonical JSON.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the data in UTF-8.")
    pdf = models.BinaryField()
    pdf_digest = models.CharField(max_length=64, help_text="SHA-256 of the PDF.")
    pdf_size = models.PositiveIntegerField(help_text="Bytes of the PDF.")

    class Meta:
        abstract = True

    @property
    def copy_name(self) -> str:
        """Its name within a sentence."""
        raise NotImplementedError

    def stored_pdf(self) -> bytes:
        """Its PDF, compared with the digest that was stored with it. Raises DamagedCopy."""
        body = bytes(self.pdf)
        self._refuse_unless(sha256_of_bytes(body) == self.pdf_digest, "bytes of the PDF")
        return body

    def stored_data(self) -> str:
        """Its data, compared with the digest that was stored with them. Raises DamagedCopy."""
        self._refuse_unless(sha256(self.data) == self.digest, "data")
        return self.data

    def _refuse_unless(self, fits: bool, part: str) -> None:
        if not fits:
            logger.error(
                "%s of return %s: the stored %s do not fit the digest stored with it.",
                self.copy_name[:1].upper() + self.copy_name[1:],
                self.return_record_id,
                part,
            )
            raise DamagedCopy(
                f"The {part} of {self.copy_name} do not fit the digest that was stored with them. "
                "They have been damaged or changed since, so they are not used."
            )
