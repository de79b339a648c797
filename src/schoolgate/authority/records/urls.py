from django.urls import path

from schoolgate.authority.records.views.pupil import pupil
from schoolgate.authority.records.views.pupils import pupils

urlpatterns = [
    path("pupils/", pupils, name="pupils"),
    path("pupils/<int:pk>", pupil, name="pupil"),
]
