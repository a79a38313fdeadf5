"""Fields of forms: figures and text by the published rules, and the version of what their writer saw."""

from django import forms

from ..values import letters, wording
from ..values.parsing import CHARACTERS_A_WORD, NotTyped, clean_name, clean_text, count_words


class TypedField(forms.Field):
    """A figure typed as text, read by one of the rules for figures; what can't be read is shown as it was typed."""

    widget = forms.TextInput

    def __init__(self, *, parse, inputmode: str, **kwargs):
        super().__init__(**kwargs)
        self.parse = parse
        self.widget.attrs |= {"inputmode": inputmode, "autocomplete": "off", "maxlength": 20}

    def to_python(self, value):
        try:
            return self.parse(value or "")
        except NotTyped as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value):
        return value if value is None or isinstance(value, str) else wording.figure(value)


class PrintedMixin:
    """Text for documents: each of its letters must be one that can be printed."""

    def validate(self, value):
        super().validate(value)
        if missing := letters.unprintable(value):
            raise forms.ValidationError(f"{self.label} {letters.refusal(missing)}")


class PrintedEmailField(PrintedMixin, forms.EmailField):
    """An email address that is printed, as the contact's is."""


class NameField(PrintedMixin, forms.CharField):
    """The name of a person, job or department, on one line and cleaned of what can't be seen."""

    def to_python(self, value):
        return clean_name(super().to_python(value))


class WordsField(PrintedMixin, forms.CharField):
    """Text in plain paragraphs, or in one line in a one-line field; cleaned, at most so many words or characters."""

    def __init__(self, *, max_words: int | None = None, **kwargs):
        super().__init__(strip=False, **kwargs)
        self.max_words = max_words
        if max_words and isinstance(self.widget, forms.Textarea):
            self.widget.attrs |= {"data-max-words": max_words, "rows": 4 + min(max_words, 500) // 25}
        # One message for text that is too long is enough, and a browser must not cut what is pasted.
        self.widget.attrs.pop("maxlength", None)
        self.validators = []

    def to_python(self, value):
        text = clean_text(super().to_python(value))
        return text if isinstance(self.widget, forms.Textarea) else " ".join(text.split("\n"))

    def validate(self, value):
        super().validate(value)
        if not self.max_words:
            if self.max_length and len(value) > self.max_length:
                raise forms.ValidationError(
                    f"{self.label} has {len(value):,} characters; the limit is {self.max_length:,}."
                )
            return
        words = count_words(value)
        if words > self.max_words:
            raise forms.ValidationError(
                f"{self.label} has {words:,} words; the limit is {self.max_words:,}. "
                f"Shorten it by {words - self.max_words:,}."
            )
        if len(value) > self.max_words * CHARACTERS_A_WORD:
            raise forms.ValidationError(
                f"{self.label} has words of more than {CHARACTERS_A_WORD} letters on average. "
                "Check that the right text was pasted."
            )


class VersionField(forms.Field):
    """The version of a record that its writer saw.

    A form without one is taken as made from the first version, so that it can't overwrite anything.
    """

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False)

    def to_python(self, value) -> int:
        typed = str(value or "")
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0
