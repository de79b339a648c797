from django.urls import path

from schoolgate.commons.journal import views

urlpatterns = [
    path("journal/", views.journal, name="journal"),
    path("journal/delete/", views.delete_lines, name="delete-journal-lines"),
    path("journal/deleted/", views.deleted_lines, name="deleted-journal-lines"),
    path("journal/bring-back/", views.bring_back_lines, name="bring-back-journal-lines"),
]
