from django.urls import path

from schoolgate.sites.upkeep import views

urlpatterns = [
    path("administration/system/", views.system, name="system"),
    path("administration/system/mend/", views.mend_now, name="mend-system"),
    path("administration/system/support-bundle/", views.support_bundle, name="support-bundle"),
]
