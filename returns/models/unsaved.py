"""What a person typed and could not save."""

import json

from django.db import models
from django.http import QueryDict

from .council import User


class Unsaved(models.Model):
    """One form that was refused, as it was posted: kept for its writer alone, for a few hours of the real clock.

    Nothing refers to it and no proof rests on it. It holds no password, no token and no file.
    """

    class Why(models.TextChoices):
        SIGNED_OUT = "signed_out", "you were signed out"
        SIGNED_IN_AGAIN = "signed_in_again", "you signed in again in another tab"
        NOT_YOURS = "not_yours", "you can no longer change it"
        REFUSED = "refused", "it can’t be done now"
        TOO_LONG = "too_long", "it is too long"
        BUSY = "busy", "the service is busy"
        FAULT = "fault", "something went wrong on our side"

    key = models.CharField(max_length=22, unique=True, help_text="Names it in addresses; not to be guessed.")
    writer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="unsaved")
    kept_at = models.DateTimeField(db_index=True, help_text="By the real clock.")
    path = models.CharField(max_length=1000, help_text="The address it was posted to.")
    page = models.CharField(max_length=1000, help_text="The page that the form was on.")
    why = models.CharField(max_length=20, choices=Why)
    message = models.TextField(blank=True, help_text="What the refusal said.")
    fields = models.TextField(help_text="Name and values of each field, as JSON.")
    dropped = models.TextField(blank=True, help_text="Names of fields too long to keep, one a line.")
    size = models.PositiveIntegerField(help_text="Characters of all values.")

    class Meta:
        verbose_name_plural = "unsaved"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.path} by {self.writer}"

    @property
    def posted(self) -> QueryDict:
        """The fields as they were posted."""
        posted = QueryDict(mutable=True)
        for name, values in json.loads(self.fields):
            posted.setlist(name, values)
        return posted

    @property
    def missing(self) -> list[str]:
        """The names of the fields that were too long to keep."""
        return self.dropped.splitlines()
