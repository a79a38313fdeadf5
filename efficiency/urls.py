from django.urls import path

from . import views

app_name = "efficiency"

urlpatterns = [
    path("efficiency/", views.GainList.as_view(), name="gain-list"),
    path("<slug:section>/by-line/<slug:line>/", views.LineByDepartment.as_view(), name="line-detail"),
]
