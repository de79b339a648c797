from django.urls import path

from schoolgate.commons.retention import views

urlpatterns = [
    path("administration/retention/", views.retention, name="retention"),
    path("administration/retention/<slug:name>/", views.preview, name="retention-preview"),
]
