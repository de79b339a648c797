from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def from_values_sent(apps: Any, schema_editor: Any) -> None:
    """What is known of files that were made before."""
    ToldOf = apps.get_model("authority_exchange", "ToldOf")
    SentValue = apps.get_model("authority_exchange", "SentValue")
    told = SentValue.objects.exclude(entry=None).order_by("entry_id").values_list("entry_id", "pupil_id").distinct()
    ToldOf.objects.bulk_create([ToldOf(entry_id=entry, pupil_id=pupil) for entry, pupil in told], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("authority_exchange", "0009_values_sent_back"),
        ("authority_records", "0009_members_of_staff"),
    ]

    operations = [
        migrations.CreateModel(
            name="ToldOf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="told_of",
                        to="authority_exchange.outboxentry",
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="authority_records.pupil"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "pupil"), name="one_row_a_person_in_a_file"),
                ],
            },
        ),
        migrations.RunPython(from_values_sent, migrations.RunPython.noop, elidable=True),
    ]
