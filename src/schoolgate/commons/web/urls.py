from django.urls import path

from schoolgate.commons.web import views

urlpatterns = [
    path("find/", views.find_page, name="find"),
]
