"""Addresses of deliveries, below purchasing/received/."""

from django.urls import URLPattern, path

from schoolgate.school.purchasing.views import receiving

urlpatterns: list[URLPattern] = [
    path("", receiving.goods_received, name="goods-received"),
    path("<int:pk>/", receiving.receive, name="receive-goods"),
    path("deliveries/", receiving.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/take-back/", receiving.take_delivery_back, name="take-delivery-back"),
]
