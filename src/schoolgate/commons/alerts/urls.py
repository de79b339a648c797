from django.urls import path

from schoolgate.commons.alerts import views

urlpatterns = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/sample", views.sample, name="send-sample"),
    path("alerts/time", views.set_time, name="set-summary-time"),
]
