from django.urls import path

from schoolgate.commons.metrics import views

urlpatterns = [path("metrics", views.metrics, name="metrics")]
