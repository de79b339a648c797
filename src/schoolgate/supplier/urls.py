"""Addresses of the supplier site's screens."""

from django.urls import URLPattern, path

from schoolgate.supplier.views import baskets, invoices, orders, putting, queue, today

urlpatterns: list[URLPattern] = [
    path("", today.first_page, name="first-page"),
    path("today/", today.today, name="today"),
    path("queue/", queue.queue, name="queue"),
    path("queue/put-in/", putting.put_in, name="put-document"),
    path("queue/compose/", baskets.compose, name="compose-basket"),
    path("queue/<int:pk>/", queue.document, name="document"),
    path("queue/<int:pk>/xml/", queue.document_xml, name="document-xml"),
    path("queue/<int:pk>/credit-note/", invoices.credit_invoice, name="credit-invoice"),
    path("queue/<int:pk>/<slug:step>/", queue.document_step, name="document-step"),
    path("orders/", orders.orders, name="orders"),
    path("orders/refused/", orders.refused_orders, name="refused-orders"),
    path("orders/refused/<int:pk>/", orders.refused_order, name="refused-order"),
    path("orders/refused/<int:pk>/xml/", orders.refused_order_xml, name="refused-order-xml"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/taken/", orders.take, name="take-order"),
    path("orders/<int:pk>/invoice/", invoices.invoice_order, name="invoice-order"),
    path("orders/<int:pk>/<slug:form>/", orders.order_file, name="order-file"),
]
