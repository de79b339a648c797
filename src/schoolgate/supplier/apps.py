from django.apps import AppConfig
from django.db.models.signals import post_save


class SupplierConfig(AppConfig):
    name = "schoolgate.supplier"
    label = "supplier"

    def ready(self) -> None:
        # Registered by being imported: what people are told, work, what goes after a time.
        from schoolgate.commons.accounts.models import User  # noqa: PLC0415
        from schoolgate.supplier import (  # noqa: F401, PLC0415
            alerts,
            certificate,
            finding,
            journal,
            playing,
            restored,
            retention,
            trying,
        )
        from schoolgate.supplier.api import keys  # noqa: F401, PLC0415
        from schoolgate.supplier.buyers import mailing  # noqa: F401, PLC0415
        from schoolgate.supplier.buyers.suppliers import join_only_supplier  # noqa: PLC0415
        from schoolgate.supplier.queue import expiry  # noqa: F401, PLC0415
        from schoolgate.supplier.webhooks import failing, sending  # noqa: F401, PLC0415

        post_save.connect(join_only_supplier, sender=User, dispatch_uid="join_only_supplier")
