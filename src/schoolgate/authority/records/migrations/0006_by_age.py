from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authority_records", "0005_refusals_by_code")]

    operations = [
        migrations.AddIndex(model_name="refusal", index=models.Index(fields=["since"], name="refusals_by_age")),
    ]
