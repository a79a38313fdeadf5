from django.apps import AppConfig


class Ieg4Config(AppConfig):
    name = "ieg4"

    def ready(self):
        from . import checks  # noqa: F401 (they register themselves)
        from .cabinet import report  # noqa: F401 (it draws the copies that acts store)
