import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from schoolgate.commons.unindexing import TakeIndexAway


class Migration(migrations.Migration):
    dependencies = [
        ("supplier", "0005_goods_of_baskets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TakeIndexAway(
            model_name="call",
            name="buyer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calls",
                to="supplier.buyer",
            ),
        ),
        TakeIndexAway(
            model_name="call",
            name="supplier",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="supplier.supplier",
            ),
        ),
        TakeIndexAway(
            model_name="document",
            name="buyer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="supplier.buyer",
            ),
        ),
        TakeIndexAway(
            model_name="document",
            name="supplier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="supplier.supplier",
            ),
        ),
        TakeIndexAway(
            model_name="documentevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        TakeIndexAway(
            model_name="operationuse",
            name="buyer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="operations",
                to="supplier.buyer",
            ),
        ),
        TakeIndexAway(
            model_name="order",
            name="buyer",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="supplier.buyer"
            ),
        ),
        TakeIndexAway(
            model_name="order",
            name="same_number",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="supplier.order",
            ),
        ),
        TakeIndexAway(
            model_name="order",
            name="supplier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="supplier.supplier",
            ),
        ),
        TakeIndexAway(
            model_name="refusedorder",
            name="buyer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refused_orders",
                to="supplier.buyer",
            ),
        ),
        TakeIndexAway(
            model_name="refusedorder",
            name="supplier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refused_orders",
                to="supplier.supplier",
            ),
        ),
        TakeIndexAway(
            model_name="rulebroken",
            name="buyer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rules_broken",
                to="supplier.buyer",
            ),
        ),
        migrations.AddIndex(
            model_name="documentevent",
            index=models.Index(condition=models.Q(("by__isnull", False)), fields=["by"], name="event_by"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("same_number__isnull", False)), fields=["same_number"], name="order_of_same_number"
            ),
        ),
    ]
