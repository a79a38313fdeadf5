from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "returns"

    def ready(self):
        from .proforma import checks  # noqa: F401  registers the checks, which need the models loaded
