from django.urls import path

from schoolgate.sites.upkeep import views

urlpatterns = [
    path("system/", views.system, name="system"),
    path("system/mend/", views.mend_now, name="mend-system"),
    path("system/support-bundle/", views.support_bundle, name="support-bundle"),
]
