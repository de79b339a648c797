from django.urls import path

from schoolgate.authority.bases.views import bases, codes, groups, importing, many, reports, school_program

urlpatterns = [
    path("bases/", bases.bases, name="bases"),
    path("bases/add", bases.add, name="add-base"),
    path("bases/import/", importing.import_bases, name="import-bases"),
    path("bases/import/confirm", importing.confirm_import, name="confirm-import"),
    path("bases/many/", many.many, name="many-bases"),
    path("bases/many/change", many.change_many, name="change-many-bases"),
    path("bases/licences/", many.licences, name="licences"),
    path("bases/groups/", groups.groups, name="base-groups"),
    path("bases/groups/add", groups.add, name="add-base-group"),
    path("bases/groups/<int:pk>", groups.group, name="base-group"),
    path("bases/groups/<int:pk>/delete", groups.delete, name="delete-base-group"),
    path("bases/codes/", codes.codes, name="codes"),
    path("bases/codes/<int:pk>", codes.batch, name="code-batch"),
    path("bases/codes/<int:pk>/letters", codes.letters, name="code-letters"),
    path("bases/codes/<int:pk>/csv", codes.to_send_csv, name="codes-to-send"),
    path("bases/<int:pk>", bases.base, name="base"),
    path("bases/<int:pk>/edit", bases.edit, name="edit-base"),
    path("bases/<int:pk>/password", bases.new_password, name="new-base-password"),
    path("bases/<int:pk>/code", codes.new_code, name="new-base-code"),
    path("bases/<int:pk>/letter", codes.letter, name="base-letter"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:name>", reports.one_report, name="report"),
    path("school-program/", school_program.school_program, name="school-program"),
    path("school-program/file", school_program.download_school_program, name="school-program-file"),
    path("administration/", bases.administration, name="administration"),
]
