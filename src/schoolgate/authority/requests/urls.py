from django.urls import path

from schoolgate.authority.requests.views.erase import erase_person
from schoolgate.authority.requests.views.one_request import close_request, data_pack, data_request, take_on_request
from schoolgate.authority.requests.views.requests import data_requests, new_request

urlpatterns = [
    path("requests/", data_requests, name="data-requests"),
    path("requests/new/<int:pk>", new_request, name="new-data-request"),
    path("requests/<int:pk>", data_request, name="data-request"),
    path("requests/<int:pk>/take-on", take_on_request, name="take-on-data-request"),
    path("requests/<int:pk>/close", close_request, name="close-data-request"),
    path("requests/<int:pk>/pack", data_pack, name="data-pack"),
    path("requests/<int:pk>/erase", erase_person, name="erase-person"),
]
