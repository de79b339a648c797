"""Addresses of invoices and credit notes, below purchasing/invoices/."""

from django.urls import URLPattern, path

from schoolgate.school.purchasing.views.invoicing import deciding, entering, lists, one

urlpatterns: list[URLPattern] = [
    path("", lists.invoices, name="purchase-invoices"),
    path("to-authorise/", lists.to_authorise, name="invoices-to-authorise"),
    path("enter/", entering.enter_invoice, name="enter-invoice"),
    path("differences/<int:pk>/accept/", deciding.accept_difference, name="accept-difference"),
    path("<int:pk>/", one.invoice, name="purchase-invoice"),
    path("<int:pk>/authorise/", deciding.authorise_invoice, name="authorise-invoice"),
    path("<int:pk>/take-back/", deciding.take_back_invoice, name="take-back-invoice"),
    path("<int:pk>/discard/", deciding.discard_invoice, name="discard-invoice"),
    path("<int:pk>/credit/", entering.enter_credit_note_of, name="enter-credit-note"),
]
