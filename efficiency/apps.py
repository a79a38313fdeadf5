from django.apps import AppConfig


class EfficiencyConfig(AppConfig):
    name = "efficiency"

    def ready(self):
        from returns.proforma.serving import serving
        from returns.views.section_pages import shows

        from .gains import printing  # noqa: F401 (it says what it prints)
        from .gains.target import GAIN
        from .register import proof  # noqa: F401 (it makes itself part of every check of a history)

        serving.once(GAIN, by="the page of gains")
        shows(GAIN, "efficiency:gain-list")
