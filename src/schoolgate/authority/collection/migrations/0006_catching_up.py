from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("authority_collection", "0005_migrating_and_locks"),
    ]

    operations = [
        migrations.AddField(
            model_name="basemigration",
            name="gap_noted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="collectionrun",
            name="first_day",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="collectionrun",
            name="last_day",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="collectionrun",
            name="too_old_until",
            field=models.DateField(null=True),
        ),
    ]
