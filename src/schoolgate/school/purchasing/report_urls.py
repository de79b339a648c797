"""Addresses of reports and compared prices, below purchasing/reports/."""

from django.urls import URLPattern, path

from schoolgate.school.purchasing.views import reports

urlpatterns: list[URLPattern] = [
    path("", reports.reports, name="purchasing-reports"),
    path("prices/", reports.compare_prices, name="compare-prices"),
    path("<slug:slug>/", reports.one_report, name="purchasing-report"),
]
