from django.apps import AppConfig


class EfficiencyConfig(AppConfig):
    name = "efficiency"

    def ready(self):
        from returns.proforma.serving import serving
        from returns.views.section_pages import shows

        from .gains import printing  # noqa: F401 (it says what it prints)
        from .gains.target import GAIN
        from .register import kinds, proof  # noqa: F401 (they make themselves known to every history)

        serving.once(GAIN, by="the page of gains")
        shows(GAIN, "efficiency:gain-list")
