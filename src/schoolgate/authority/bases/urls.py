from django.urls import path

from schoolgate.authority.bases import views

urlpatterns = [
    path("bases/", views.bases, name="bases"),
    path("bases/add", views.add, name="add-base"),
    path("bases/<int:pk>", views.base, name="base"),
    path("bases/<int:pk>/edit", views.edit, name="edit-base"),
    path("bases/<int:pk>/password", views.new_password, name="new-base-password"),
    path("administration/", views.administration, name="administration"),
]
