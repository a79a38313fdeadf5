"""The root table: one council and one round in front of every address but the few shared ones."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from . import covering_report_pages as report
from . import dashboard, pack, views

handler400 = "ieg4.views.bad_request"
handler500 = "ieg4.views.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignInView.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("help/", views.HelpView.as_view(), name="help"),
    path("accessibility/", views.AccessibilityView.as_view(), name="accessibility"),
    path("health/", views.health, name="health"),
    path("health/ready/", views.ready, name="health-ready"),
    path("<slug:authority>/<slug:round>/dashboard/", dashboard.Dashboard.as_view(), name="dashboard-detail"),
    path("<slug:authority>/<slug:round>/missing/", dashboard.BlockerList.as_view(), name="blocker-list"),
    path("<slug:authority>/<slug:round>/cabinet/", dashboard.CabinetPage.as_view(), name="cabinet-detail"),
    path(
        "<slug:authority>/<slug:round>/cabinet/report/", report.ReportDetail.as_view(), name="report-detail"
    ),
    path(
        "<slug:authority>/<slug:round>/cabinet/report/<slug:heading>/add/",
        report.ReportAdd.as_view(),
        name="report-add",
    ),
    path(
        "<slug:authority>/<slug:round>/cabinet/report/<slug:paragraph>/",
        report.ReportEdit.as_view(),
        name="report-edit",
    ),
    path("<slug:authority>/<slug:round>/documents/", pack.DocumentList.as_view(), name="document-list"),
    path(
        "<slug:authority>/<slug:round>/documents/<slug:document>/draw/",
        pack.DocumentCreate.as_view(),
        name="document-create",
    ),
    path(
        "<slug:authority>/<slug:round>/drawings/<int:number>/",
        pack.DrawingDetail.as_view(),
        name="drawing-detail",
    ),
    path(
        "<slug:authority>/<slug:round>/drawings/<int:number>/document.pdf",
        pack.DrawingPdf.as_view(),
        name="drawing-pdf",
    ),
    path("<slug:authority>/<slug:round>/", include("outcomes.urls")),
    path("<slug:authority>/<slug:round>/", include("efficiency.urls")),
    path("<slug:authority>/", include("returns.urls")),
]
