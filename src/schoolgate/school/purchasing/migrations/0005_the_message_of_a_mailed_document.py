from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("school_purchasing", "0004_invoices_deliveries_postings_and_mail")]

    operations = [
        migrations.AddField("fetcheddocument", "message_sha256", models.CharField(max_length=64, blank=True)),
        migrations.AddConstraint(
            "fetcheddocument",
            models.UniqueConstraint(
                fields=("sha256",), condition=Q(mailed=True), name="purchasing_one_row_a_mailed_document"
            ),
        ),
    ]
