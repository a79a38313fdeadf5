from django.apps import AppConfig


class Ieg4Config(AppConfig):
    name = "ieg4"

    def ready(self):
        from . import checks  # noqa: F401
