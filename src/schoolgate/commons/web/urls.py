from django.urls import path

from schoolgate.commons.web import schemas, views

urlpatterns = [
    path("find/", views.find_page, name="find"),
    path("schemas/", schemas.schemas_page, name="schemas"),
    path("schemas/<str:kind>/<str:version>.xsd", schemas.schema_file, name="schema"),
]
