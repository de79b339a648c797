from django.urls import path

from schoolgate.school.exchange.views import administration, held_back, sending, today, transfers

urlpatterns = [
    path("", today.today, name="today"),
    path("send/", sending.send_file, name="send-file"),
    path("export/", sending.export, name="export"),
    path("files/", transfers.transfers, name="transfers"),
    path("files/<int:transfer_id>/", transfers.transfer, name="transfer"),
    path("files/<int:transfer_id>/try-again/", transfers.try_again, name="try-transfer-again"),
    path("files/<int:transfer_id>/cancel/", transfers.cancel, name="cancel-transfer"),
    path("files/<int:transfer_id>/problems/", transfers.problems, name="transfer-problems"),
    path("files/<int:transfer_id>/receipt/", transfers.receipt, name="receipt"),
    path("files/<int:transfer_id>/receipt.json", transfers.receipt_json, name="receipt-json"),
    path("held-back/", held_back.held_back_files, name="held-back-files"),
    path("held-back/<int:file_id>/", held_back.held_back_file, name="held-back-file"),
    path("held-back/<int:file_id>/<slug:action>/", held_back.act, name="held-back-action"),
    path("administration/", administration.administration, name="administration"),
    path("administration/las/add/", administration.add_la, name="add-la"),
    path("administration/las/<str:la>/", administration.edit_la, name="edit-la"),
    path("administration/las/<str:la>/remove/", administration.remove_la, name="remove-la"),
]
