from django.urls import path

from schoolgate.commons.audit import views

urlpatterns = [
    path("audit/", views.audit, name="audit"),
]
