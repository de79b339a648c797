import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from schoolgate.commons.unindexing import TakeIndexAway


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0003_of_which_kind_of_file"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TakeIndexAway(
            model_name="journalline",
            name="hidden_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="journalline",
            index=models.Index(
                condition=models.Q(("hidden_by__isnull", False)), fields=["hidden_by"], name="journal_hidden_by"
            ),
        ),
    ]
