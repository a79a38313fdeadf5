from django.urls import path

from . import grid

app_name = "outcomes"

urlpatterns = [path("grid/", grid.LightGrid.as_view(), name="light-grid")]
