"""The root URL table: all addresses but a few shared ones begin with a council and a round."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path, register_converter
from django.urls.converters import SlugConverter

from . import views
from .cabinet import report_views as report
from .cabinet import views as cabinet
from .pack import views as pack
from .signin import views as signin
from .steering import views as steering


class RoundConverter(SlugConverter):
    """A round; never the first word of an address of the council as a whole.

    Otherwise a person whose user name is "cabinet", at people/cabinet/, would have no page of their own.
    """

    regex = f"(?!(?:people|departments)/){SlugConverter.regex}"


register_converter(RoundConverter, "round")

handler400 = "ieg4.views.bad_request"
handler500 = "ieg4.views.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", signin.SignInView.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("stay-signed-in/", signin.stay_signed_in, name="session-extend"),
    path("help/", views.HelpView.as_view(), name="help"),
    path("accessibility/", views.AccessibilityView.as_view(), name="accessibility"),
    path("health/", views.health, name="health"),
    path("health/ready/", views.ready, name="health-ready"),
    path("<slug:authority>/<round:round>/dashboard/", steering.Dashboard.as_view(), name="dashboard-detail"),
    path("<slug:authority>/<round:round>/missing/", steering.BlockerList.as_view(), name="blocker-list"),
    path("<slug:authority>/<round:round>/cabinet/", cabinet.CabinetPage.as_view(), name="cabinet-detail"),
    path(
        "<slug:authority>/<round:round>/cabinet/report/", report.ReportDetail.as_view(), name="report-detail"
    ),
    path(
        "<slug:authority>/<round:round>/cabinet/report/stored/<int:number>/<int:edition>/",
        report.ReportCopyDetail.as_view(),
        name="report-copy",
    ),
    path(
        "<slug:authority>/<round:round>/cabinet/report/stored/<int:number>/<int:edition>/report.pdf",
        report.ReportCopyPdf.as_view(),
        name="report-copy-pdf",
    ),
    path(
        "<slug:authority>/<round:round>/cabinet/report/<slug:heading>/add/",
        report.ReportAdd.as_view(),
        name="report-add",
    ),
    path(
        "<slug:authority>/<round:round>/cabinet/report/<slug:paragraph>/",
        report.ReportEdit.as_view(),
        name="report-edit",
    ),
    path("<slug:authority>/<round:round>/documents/", pack.DocumentList.as_view(), name="document-list"),
    path(
        "<slug:authority>/<round:round>/documents/<slug:document>/draw/",
        pack.DocumentCreate.as_view(),
        name="document-create",
    ),
    path(
        "<slug:authority>/<round:round>/drawings/<int:number>/",
        pack.DrawingDetail.as_view(),
        name="drawing-detail",
    ),
    path(
        "<slug:authority>/<round:round>/drawings/<int:number>/document.pdf",
        pack.DrawingPdf.as_view(),
        name="drawing-pdf",
    ),
    path("<slug:authority>/<round:round>/", include("outcomes.urls")),
    path("<slug:authority>/<round:round>/", include("efficiency.urls")),
    path("<slug:authority>/", include("returns.urls")),
]
