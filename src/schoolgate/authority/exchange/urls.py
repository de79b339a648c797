from django.urls import path

from schoolgate.authority.exchange import views

urlpatterns = [
    path("", views.today, name="today"),
    path("files/", views.received_files, name="received-files"),
    path("files/<int:pk>", views.received_file, name="received-file"),
    path("files/<int:pk>/xml", views.received_xml, name="received-xml"),
    path("files/refused/", views.refused_deliveries, name="refused-deliveries"),
    path("files/refused/<int:pk>", views.refused_delivery, name="refused-delivery"),
    path("bases/never-heard-from/", views.silent_bases, name="silent-bases"),
    path("bases/expiring/", views.expiring, name="expiring"),
    path("administration/receipt-keys/", views.receipt_keys, name="receipt-keys"),
    path("administration/receipt-keys/retire", views.retire_receipt_key, name="retire-receipt-key"),
]
