"""Addresses start with the council and carry codes, never table ids."""

from django.urls import path

from .views import (
    acts,
    allocation,
    answering,
    changes,
    correcting,
    documents,
    form_versions,
    history,
    notices,
    people,
    rekeying,
    review,
    signing,
    statements,
    unsaved,
    verification,
    versions,
    work,
)

app_name = "returns"

urlpatterns = [
    path("colours.css", people.CouncilCss.as_view(), name="council-css"),
    path("people/", people.PersonList.as_view(), name="person-list"),
    path("people/new/", people.PersonCreate.as_view(), name="person-create"),
    path("people/<str:username>/", people.PersonUpdate.as_view(), name="person-update"),
    path("departments/", people.DepartmentList.as_view(), name="department-list"),
    path("departments/new/", people.DepartmentCreate.as_view(), name="department-create"),
    path("departments/<slug:department>/", people.DepartmentUpdate.as_view(), name="department-update"),
    path("unsaved/", unsaved.UnsavedList.as_view(), name="unsaved-list"),
    path("unsaved/<slug:key>/", unsaved.UnsavedDetail.as_view(), name="unsaved-detail"),
    path("unsaved/<slug:key>/not-saved.txt", unsaved.UnsavedText.as_view(), name="unsaved-text"),
    path("<slug:round>/", work.ReturnHome.as_view(), name="return-detail"),
    path("<slug:round>/my-work/", work.MyWork.as_view(), name="work-list"),
    path("<slug:round>/allocation/", allocation.AllocationView.as_view(), name="allocation"),
    path("<slug:round>/whole/", documents.WholeReturn.as_view(), name="return-whole"),
    path("<slug:round>/return.pdf", documents.ReturnPdf.as_view(), name="return-pdf"),
    path("<slug:round>/verify/", verification.ReturnVerify.as_view(), name="return-verify"),
    path("<slug:round>/changes/", changes.ChangeList.as_view(), name="change-list"),
    path("<slug:round>/changes/draw/", changes.ChangeDraw.as_view(), name="change-draw"),
    path("<slug:round>/rekeying/", rekeying.RekeyingCheck.as_view(), name="rekeying-check"),
    path("<slug:round>/rekeying.csv", rekeying.RekeyingTemplate.as_view(), name="rekeying-template"),
    path("<slug:round>/proforma/", people.ProformaView.as_view(), name="proforma-detail"),
    path("<slug:round>/proforma/adopt/", form_versions.FormAdopt.as_view(), name="form-adopt"),
    path(
        "<slug:round>/departments/<slug:department>/", work.DepartmentView.as_view(), name="department-detail"
    ),
    path(
        "<slug:round>/departments/<slug:department>/sign/",
        signing.DepartmentSign.as_view(),
        name="department-sign",
    ),
    path(
        "<slug:round>/departments/<slug:department>/statement/",
        statements.StatementDraw.as_view(),
        name="statement-draw",
    ),
    path("<slug:round>/figures/sign/", signing.FiguresSign.as_view(), name="figures-sign"),
    path("<slug:round>/signatures/", signing.SignatureList.as_view(), name="signature-list"),
    path("<slug:round>/queries/", review.QueryList.as_view(), name="query-list"),
    path("<slug:round>/queries/new/", review.QueryCreate.as_view(), name="query-create"),
    path("<slug:round>/queries/<int:number>/", review.QueryDetail.as_view(), name="query-detail"),
    path("<slug:round>/acts/", acts.ActList.as_view(), name="act-list"),
    path(
        "<slug:round>/acts/decision/correct/", correcting.DecisionCorrect.as_view(), name="decision-correct"
    ),
    path("<slug:round>/acts/filing/correct/", correcting.FilingCorrect.as_view(), name="filing-correct"),
    path("<slug:round>/acts/<slug:action>/", acts.ActPerform.as_view(), name="act-perform"),
    path("<slug:round>/versions/<int:number>/", versions.VersionDetail.as_view(), name="version-detail"),
    path("<slug:round>/versions/<int:number>/return.pdf", versions.VersionPdf.as_view(), name="version-pdf"),
    path(
        "<slug:round>/versions/<int:number>/return.json", versions.VersionData.as_view(), name="version-data"
    ),
    path("<slug:round>/history/", history.EventList.as_view(), name="event-list"),
    path("<slug:round>/messages/", notices.NoticeList.as_view(), name="notice-list"),
    path("<slug:round>/reminders/", notices.ReminderSend.as_view(), name="reminder-send"),
    path("<slug:round>/cases/new/", answering.CaseStudyCreate.as_view(), name="case-create"),
    path("<slug:round>/cases/<slug:line>/remove/", answering.CaseStudyRemove.as_view(), name="case-remove"),
    path("<slug:round>/<slug:section>/", answering.SectionDetail.as_view(), name="section-detail"),
    path("<slug:round>/<slug:section>/answer/", answering.AnswerView.as_view(), name="section-answer"),
    path("<slug:round>/<slug:section>/<slug:line>/", answering.AnswerView.as_view(), name="line-answer"),
    path(
        "<slug:round>/<slug:section>/<slug:line>/history/",
        answering.LineHistory.as_view(),
        name="line-history",
    ),
    path(
        "<slug:round>/<slug:section>/<slug:line>/<slug:department>/",
        answering.AnswerView.as_view(),
        name="line-answer",
    ),
]
