from django.urls import path

from schoolgate.authority.exchange.views import files, site

urlpatterns = [
    path("", site.today, name="today"),
    path("files/", files.received_files, name="received-files"),
    path("files/<int:pk>", files.received_file, name="received-file"),
    path("files/<int:pk>/xml", files.received_xml, name="received-xml"),
    path("files/refused/", files.refused_deliveries, name="refused-deliveries"),
    path("files/refused/<int:pk>", files.refused_delivery, name="refused-delivery"),
    path("bases/never-heard-from/", site.silent_bases, name="silent-bases"),
    path("bases/expiring/", site.expiring, name="expiring"),
    path("administration/receipt-keys/", site.receipt_keys, name="receipt-keys"),
    path("administration/receipt-keys/retire", site.retire_receipt_key, name="retire-receipt-key"),
]
