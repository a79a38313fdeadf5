from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "returns"

    def ready(self):
        from .documents import sections  # noqa: F401 (it says what it prints)
        from .proforma import checks  # noqa: F401
