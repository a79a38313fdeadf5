"""The covering report: the clerk's words in place of drafted ones, and the copies that Cabinet read."""

from django.db import models
from django.urls import reverse

from .decision import Version
from .report_headings import heading_of, own_number
from .return_ import Event, Return
from .stored import StoredCopy


class ReportParagraph(models.Model):
    """One paragraph that was edited or added. The event says by whom and when.

    A blank text means that the draft is restored, or that a paragraph of the clerk's own was removed: the row
    stays, so that its version number never starts again.
    """

    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="paragraphs")
    key = models.CharField(max_length=30)
    text = models.TextField(blank=True)
    drafted = models.TextField(
        blank=True, help_text="The draft that it was edited over; none under an own one."
    )
    version = models.PositiveIntegerField(default=0, help_text="Raised by one with each change.")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["return_record", "key"], name="report_paragraph_once"),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The heading that it is under: "Considerations"."""
        return heading_of(self.key).title

    @property
    def is_own(self) -> bool:
        return own_number(self.key) is not None


class ReportCopy(StoredCopy):
    """One edition of the covering report as Cabinet read it with a version: canonical data, and the PDF made of them.

    The first edition is stored with the version; each correction while the return is with Cabinet adds another.
    Never changed: the database refuses it.
    """

    return_record = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="report_copies")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="report_copies")
    edition = models.PositiveIntegerField(help_text="Its number among the version's reports, from 1.")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    data = models.TextField(help_text="Paragraphs, figures and risks as canonical JSON.")

    class Meta:
        ordering = ["version", "edition"]
        constraints = [
            models.UniqueConstraint(fields=["version", "edition"], name="report_copy_edition_once"),
        ]

    def __str__(self):
        return f"Covering report of version {self.version.number}, edition {self.edition}"

    @property
    def copy_name(self) -> str:
        return f"the covering report of version {self.version.number}, edition {self.edition}"

    def get_absolute_url(self):
        return reverse("report-copy", args=self._address)

    @property
    def pdf_url(self) -> str:
        return reverse("report-copy-pdf", args=self._address)

    @property
    def file_name(self) -> str:
        """The file name of its PDF."""
        return_ = self.return_record
        number, edition = self.version.number, self.edition
        return f"{return_.round}-{return_.authority.slug}-cabinet-report-{number}-{edition}.pdf"

    @property
    def _address(self) -> list:
        return_ = self.return_record
        return [return_.authority.slug, return_.round, self.version.number, self.edition]
