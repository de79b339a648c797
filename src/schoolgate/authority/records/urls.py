from django.urls import path

from schoolgate.authority.records.views.pupil import pupil, staff_member
from schoolgate.authority.records.views.pupils import pupils
from schoolgate.authority.records.views.restricted import lift_restriction, restricted, restriction
from schoolgate.authority.records.views.staff import staff

urlpatterns = [
    path("pupils/", pupils, name="pupils"),
    path("pupils/<int:pk>", pupil, name="pupil"),
    path("pupils/<int:pk>/restriction", restriction, name="restriction"),
    path("pupils/<int:pk>/restriction/lift", lift_restriction, name="lift-restriction"),
    path("pupils/restricted", restricted, name="restricted"),
    path("staff/", staff, name="staff"),
    path("staff/<int:pk>", staff_member, name="staff-member"),
]
