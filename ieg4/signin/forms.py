from django.contrib.auth.forms import AuthenticationForm

from returns.forms.answers import NamedErrors, form_helper


class SignInForm(NamedErrors, AuthenticationForm):
    """The user name and password; refusals don't tell which of the two was wrong."""

    error_messages = {
        "invalid_login": "The user name or the password is wrong. Check both; capital letters count in passwords.",
        "inactive": "This account is closed. Ask your council’s administrator.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"
        self.helper = form_helper(submit="Sign in")
