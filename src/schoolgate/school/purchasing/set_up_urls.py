"""Addresses of the ledger's set-up, below purchasing/set-up/."""

from django.urls import URLPattern, path

from schoolgate.school.purchasing.views import (
    chart,
    coding_templates,
    people,
    set_up,
    set_up_lists,
    vat_codes,
    years,
)

urlpatterns: list[URLPattern] = [
    path("", set_up.set_up, name="ledger-set-up"),
    path("establishment/", set_up.establishment, name="establishment"),
    path("years/", years.years, name="financial-years"),
    path("years/add/", years.add_year, name="add-financial-year"),
    path("years/<int:pk>/", years.year, name="financial-year"),
    path("years/<int:pk>/look/", years.look, name="look-at-year"),
    path("years/<int:pk>/copy/", years.copy, name="copy-structures"),
    path("years/<int:pk>/close/", years.close, name="close-year"),
    path("years/<int:pk>/reopen/", years.reopen, name="reopen-year"),
    path("codes/<slug:chart>/", chart.codes, name="account-codes"),
    path("codes/<slug:chart>/add/", chart.add_code, name="add-account-code"),
    path("codes/<slug:chart>/<int:pk>/", chart.code, name="account-code"),
    path("codes/<slug:chart>/<int:pk>/remove/", chart.remove_code, name="remove-account-code"),
    path("links/", chart.links, name="coding-links"),
    path("links/add/", chart.add_link, name="add-coding-link"),
    path("links/<int:pk>/", chart.link, name="coding-link"),
    path("links/<int:pk>/remove/", chart.remove_link, name="remove-coding-link"),
    path("vat-codes/", vat_codes.vat_codes, name="vat-codes"),
    path("vat-codes/add/", vat_codes.add, name="add-vat-code"),
    path("vat-codes/add-usual/", vat_codes.add_usual_ones, name="add-usual-vat-codes"),
    path("vat-codes/<int:pk>/", vat_codes.vat_code, name="vat-code"),
    path("vat-codes/<int:pk>/remove/", vat_codes.remove, name="remove-vat-code"),
    path("templates/", coding_templates.coding_templates, name="coding-templates"),
    path("templates/add/", coding_templates.add, name="add-coding-template"),
    path("templates/<int:pk>/", coding_templates.coding_template, name="coding-template"),
    path("templates/<int:pk>/remove/", coding_templates.remove, name="remove-coding-template"),
    path("people/", people.people, name="purchasing-people"),
    path("people/own-orders/", people.own_orders, name="own-orders"),
    path("people/<int:pk>/", people.person, name="purchasing-person"),
    path("from-csv/<slug:rows>/", set_up_lists.choose, name="import-set-up"),
    path("from-csv/<slug:rows>/confirm/", set_up_lists.confirm, name="confirm-import-set-up"),
]
