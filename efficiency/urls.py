from django.urls import path

from .gains import views
from .register import views as risk_views

app_name = "efficiency"

urlpatterns = [
    path("efficiency/", views.GainList.as_view(), name="gain-list"),
    path("<slug:section>/by-line/<slug:line>/", views.LineByDepartment.as_view(), name="line-detail"),
    path("risks/", risk_views.RiskList.as_view(), name="risk-list"),
    path("risks/new/", risk_views.RiskCreate.as_view(), name="risk-create"),
    path("risks/accept/<slug:source>/", risk_views.RiskAccept.as_view(), name="risk-accept"),
    path("risks/dismiss/<slug:source>/", risk_views.RiskDismiss.as_view(), name="risk-dismiss"),
    path("risks/<int:number>/", risk_views.RiskDetail.as_view(), name="risk-detail"),
    path("risks/<int:number>/edit/", risk_views.RiskUpdate.as_view(), name="risk-update"),
    path("risks/<int:number>/close/", risk_views.RiskClose.as_view(), name="risk-close"),
]
