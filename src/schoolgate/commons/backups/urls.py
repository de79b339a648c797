from django.urls import path

from schoolgate.commons.backups import views

urlpatterns = [
    path("administration/backups/", views.backups, name="backups"),
    path("administration/backups/now/", views.back_up_now, name="back-up-now"),
    path("administration/backups/restored/", views.restored_seen, name="restored-seen"),
]
