from django.apps import AppConfig


class EfficiencyConfig(AppConfig):
    name = "efficiency"

    def ready(self):
        from .register import kinds, proof  # noqa: F401 (they make themselves known to every history)
