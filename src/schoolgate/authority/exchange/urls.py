from django.urls import path

from schoolgate.authority.exchange.views import behind, files, imports, one_import, outbox, previews, site

urlpatterns = [
    path("", site.today, name="today"),
    path("files/", files.received_files, name="received-files"),
    path("files/<int:pk>", files.received_file, name="received-file"),
    path("files/<int:pk>/xml", files.received_xml, name="received-xml"),
    path("files/refused/", files.refused_deliveries, name="refused-deliveries"),
    path("files/refused/<int:pk>", files.refused_delivery, name="refused-delivery"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:pk>", outbox.outbox_file, name="outbox-file"),
    path("outbox/<int:pk>/xml", outbox.outbox_xml, name="outbox-xml"),
    path("outbox/<int:pk>/withdraw", outbox.withdraw, name="withdraw-outbox-file"),
    path("imports/", imports.imports, name="imports"),
    path("imports/chosen", imports.chosen, name="chosen-imports"),
    path("imports/<int:pk>", one_import.one_import, name="import"),
    path("imports/<int:pk>/import-now", one_import.import_now, name="import-now"),
    path("imports/<int:pk>/do-not-import", one_import.turn_down, name="do-not-import"),
    path("imports/<int:pk>/preview", previews.preview, name="import-preview"),
    path("imports/<int:pk>/preview/make", previews.make_preview, name="make-preview"),
    path("imports/<int:pk>/preview/new", previews.preview_new, name="import-preview-new"),
    path("imports/<int:pk>/preview/values", previews.preview_values, name="import-preview-values"),
    path("imports/<int:pk>/preview/values/<slug:group>", previews.preview_values, name="import-preview-group"),
    path("imports/<int:pk>/retry", one_import.start_again, name="retry-import"),
    path("imports/<int:pk>/pupils/<slug:what>", behind.behind, name="import-list"),
    path("imports/<int:pk>/groups/<slug:group>/<slug:what>", behind.behind, name="import-group-list"),
    path("bases/never-heard-from/", site.silent_bases, name="silent-bases"),
    path("bases/expiring/", site.expiring, name="expiring"),
    path("administration/receipt-keys/", site.receipt_keys, name="receipt-keys"),
    path("administration/receipt-keys/retire", site.retire_receipt_key, name="retire-receipt-key"),
]
