from django.urls import path

from schoolgate.authority.records.views.pupil import pupil
from schoolgate.authority.records.views.pupils import pupils
from schoolgate.authority.records.views.restricted import lift_restriction, restricted, restriction

urlpatterns = [
    path("pupils/", pupils, name="pupils"),
    path("pupils/<int:pk>", pupil, name="pupil"),
    path("pupils/<int:pk>/restriction", restriction, name="restriction"),
    path("pupils/<int:pk>/restriction/lift", lift_restriction, name="lift-restriction"),
    path("pupils/restricted", restricted, name="restricted"),
]
