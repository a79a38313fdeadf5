from django.apps import AppConfig


class EfficiencyConfig(AppConfig):
    name = "efficiency"

    def ready(self):
        from .register import proof  # noqa: F401 (it makes itself part of every check of a history)
