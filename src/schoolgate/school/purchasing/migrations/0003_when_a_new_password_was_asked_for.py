from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("school_purchasing", "0002_lines_keep_what_a_price_is_for_and_discounts")]

    operations = [
        migrations.AddField("webservice", "password_asked_at", models.DateTimeField(null=True)),
    ]
