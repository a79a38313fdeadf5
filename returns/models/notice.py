"""Messages to people, on their pages and by e-mail."""

from django.db import models
from django.db.models import Q

from .council import User
from .return_ import Return


class Notice(models.Model):
    """One message to one person. The same row is the queue for the mail server and holds the result."""

    class Mail(models.TextChoices):
        QUEUED = "queued", "Waits to be sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"
        NONE = "none", "Not sent by e-mail"

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    return_record = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="notices")
    at = models.DateTimeField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    path = models.CharField(max_length=300, help_text="Where to go, on this site.")
    reminder = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(
        help_text="Not before then; while one sender has it, the end of its lease."
    )
    problem = models.CharField(max_length=300, blank=True, help_text="What the last try ended with.")

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "seen_at"], name="notice_unseen"),
            models.Index(fields=["next_try"], condition=Q(mail="queued"), name="notice_queued"),
        ]

    def __str__(self):
        return f"{self.subject}, to {self.person}"
