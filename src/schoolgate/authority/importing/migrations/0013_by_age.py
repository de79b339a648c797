import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authority_importing", "0012_previews")]

    operations = [
        migrations.AddIndex(
            model_name="unmatched",
            index=models.Index(fields=["since"], condition=models.Q(held_back=""), name="waiting_unmatched_by_age"),
        ),
        migrations.AlterField(
            model_name="removalcandidate",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="removal_candidates",
                to="authority_records.pupil",
            ),
        ),
    ]
