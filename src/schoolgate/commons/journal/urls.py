from django.urls import path

from schoolgate.commons.journal import views

urlpatterns = [
    path("journal/", views.journal, name="journal"),
    path("journal/hidden/", views.hidden_lines, name="hidden-journal-lines"),
    path("journal/<int:line_id>/hide/", views.hide_line, name="hide-journal-line"),
    path("journal/<int:line_id>/bring-back/", views.bring_back_line, name="bring-back-journal-line"),
]
