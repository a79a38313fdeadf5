from django.apps import AppConfig


class EfficiencyConfig(AppConfig):
    name = "efficiency"
