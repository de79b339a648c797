from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

from schoolgate.commons.money import as_kept


def closed_so_far(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """What is complete and not invoiced in full, a person closed."""
    lines = apps.get_model("school_purchasing", "OrderLine").objects.filter(removed_at=None)
    rest = lines.annotate(ordered=as_kept("quantity")).filter(invoiced__lt=F("ordered"))
    orders = apps.get_model("school_purchasing", "Order").objects.filter(state="complete", pk__in=rest.values("order"))
    orders.update(rest_closed=True)


class Migration(migrations.Migration):
    dependencies = [("school_purchasing", "0005_the_message_of_a_mailed_document")]

    operations = [
        migrations.AddField("order", "rest_closed", models.BooleanField(default=False)),
        migrations.RunPython(closed_so_far, migrations.RunPython.noop),
    ]
