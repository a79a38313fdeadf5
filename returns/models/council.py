"""Councils, their departments, and the people who work for them."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils.functional import cached_property


class Role(models.TextChoices):
    """What a person may do; each role is a group of that name."""

    OFFICER = "officer", "Officer"
    HEAD = "head", "Head of department"
    LEAD = "lead", "E-government lead"
    FINANCE = "finance", "Section 151 officer"
    CLERK = "clerk", "Clerk"
    CABINET = "cabinet", "Cabinet member"
    ADMINISTRATOR = "administrator", "Administrator"


class Authority(models.Model):
    """A council; everything else belongs to exactly one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, help_text="Type of council, as the proforma names it.")
    accent = models.CharField(max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")], default="#0b5369")
    accent_deep = models.CharField(
        max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")], default="#063747"
    )

    class Meta:
        verbose_name_plural = "authorities"
        ordering = ["name"]

    def __str__(self):
        return self.name


class Department(models.Model):
    """A part of the council that answers lines and contributes figures."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="departments")
    slug = models.SlugField()
    name = models.CharField(max_length=120)
    contributor = models.ForeignKey(
        "User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contributes_for",
        help_text="The one person who brings this department's figures and case studies.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "slug"], name="department_once_a_council")
        ]

    def __str__(self):
        return self.name


class User(AbstractUser):
    """A person of one council. Roles are groups; several roles and departments may be held at once."""

    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    job_title = models.CharField(max_length=120, blank=True)
    departments = models.ManyToManyField(Department, blank=True, related_name="people")

    def __str__(self):
        return self.get_full_name() or self.username

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(group.name for group in self.groups.all())

    @cached_property
    def own_departments(self) -> list[Department]:
        """Their departments by name; read once for each object."""
        return list(self.departments.all())

    @cached_property
    def department_ids(self) -> frozenset[int]:
        return frozenset(department.pk for department in self.own_departments)
