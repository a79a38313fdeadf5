from django.apps import AppConfig


class IEG4Config(AppConfig):
    name = "ieg4"

    def ready(self):
        from . import covering_report  # noqa: F401 (it draws the copies that acts store)
