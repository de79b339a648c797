from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_levels_as_the_handbook_writes_them")]

    operations = [
        migrations.AddField(
            model_name="journalline",
            name="kind",
            field=models.CharField(blank=True, max_length=20, default="", verbose_name="kind of file"),
            preserve_default=False,
        ),
    ]
