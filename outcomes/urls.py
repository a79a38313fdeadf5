from django.urls import path

from . import views

app_name = "outcomes"

urlpatterns = [path("grid/", views.LightGrid.as_view(), name="light-grid")]
