"""Forms for people and departments, kept within one council."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.utils.text import slugify

from ..models import Department, Role, User
from .answers import RecordForm, form_helper
from .fields import NameField


def _has_a_page(username: str) -> None:
    """Each person has a page people/NAME/. Raises ValidationError for a name that is the address of another page."""
    if username.lower() == "new" or not username.strip("."):
        raise forms.ValidationError("The site uses this name. Choose another.")


class PersonForm(RecordForm):
    """One person of the council: name, job, roles, departments, and a password when one is to be set."""

    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="A person may have several. Whoever prepares figures can’t also be the section 151 officer.",
    )
    departments = forms.ModelMultipleChoiceField(
        label="Departments",
        queryset=Department.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Officers and heads answer for these departments.",
    )
    new_password = forms.CharField(
        label="New password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        required=False,
        help_text="At least 10 characters. Leave blank to keep the present password.",
    )

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "job_title", "email", "is_active"]
        field_classes = dict.fromkeys(("first_name", "last_name", "job_title"), NameField)
        labels = {
            "username": "User name",
            "first_name": "First name",
            "last_name": "Last name",
            "job_title": "Job title",
            "email": "Email",
            "is_active": "The account is open",
        }
        help_texts = {"username": "Plain letters, digits and hyphens.", "is_active": ""}
        field_classes = dict.fromkeys(("first_name", "last_name", "job_title"), NameField)

    def __init__(self, *args, authority, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.authority = authority
        self.fields["departments"].queryset = authority.departments.all()
        self.fields["username"].validators += [ASCIIUsernameValidator(), _has_a_page]
        self.fields["first_name"].required = self.fields["last_name"].required = True
        if self.instance.pk:
            # The history names people by their user names.
            self.fields["username"].disabled = True
            self.fields["username"].help_text = "User names can’t be changed."
            self.initial["roles"] = sorted(self.instance.roles)
            self.initial["departments"] = list(self.instance.departments.values_list("pk", flat=True))
        else:
            self.fields["new_password"].required = True
        if self.instance.pk == by.pk:
            self._leave_own_roles()
        self.helper = form_helper(submit="Save")
        self.order_fields(
            [
                "username",
                "first_name",
                "last_name",
                "job_title",
                "email",
                "roles",
                "departments",
                "new_password",
            ]
        )

    def _leave_own_roles(self):
        """Administrators see their own roles and whether their account is open, but only another one changes them."""
        for name in ("roles", "is_active"):
            self.fields[name].disabled = True
        self.fields[
            "roles"
        ].help_text = "You can’t change your own roles or close your own account. Ask another administrator."

    def clean(self):
        data = super().clean()
        roles = set(data.get("roles", []))
        if Role.FINANCE in roles and roles & {Role.OFFICER, Role.HEAD, Role.LEAD}:
            self.add_error(
                "roles",
                "The section 151 officer checks the figures, so can’t prepare them too. Choose one role.",
            )
        if roles & {Role.OFFICER, Role.HEAD} and not data.get("departments"):
            self.add_error("departments", "An officer or head answers for a department. Tick at least one.")
        if Role.LEAD in roles and not data.get("departments"):
            self.add_error(
                "departments", "A head of the lead’s department signs the lead’s answers. Tick one."
            )
        return data

    def clean_new_password(self):
        password = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password

    @property
    def account(self) -> dict:
        """The person as the form has them, with roles, departments and password, for the act that stores them."""
        wanted = ("roles", "departments", "new_password")
        return {"person": self.instance} | {name: self.cleaned_data[name] for name in wanted}


class DepartmentForm(RecordForm):
    """One department of the council."""

    class Meta:
        model = Department
        fields = ["name", "contributor"]
        field_classes = {"name": NameField}
        labels = {"name": "Name", "contributor": "Who enters its figures"}
        help_texts = {
            "contributor": "One of the department’s own people, who is asked for its blank figures."
        }

    def __init__(self, *args, authority, **kwargs):
        super().__init__(*args, **kwargs)
        self.authority = authority
        field = self.fields["contributor"]
        field.queryset = User.objects.none()
        field.empty_label = "No one yet"
        if self.instance.pk:
            field.queryset = self.instance.people.filter(is_active=True).order_by("last_name")
        else:
            del self.fields["contributor"]
        self.helper = form_helper(submit="Save")

    def clean_name(self):
        name = self.cleaned_data["name"]
        slug = self.instance.slug or slugify(name)
        taken = Department.objects.filter(authority=self.authority, slug=slug).exclude(pk=self.instance.pk)
        if not slug or slug == "new":
            raise forms.ValidationError("Type a name with letters in it.")
        if taken.exists():
            raise forms.ValidationError("There is already a department with that name.")
        self.instance.slug = slug
        return name
