from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("school_exchange", "0008_personnel_files")]

    operations = [
        migrations.AddField(
            model_name="destination",
            name="not_exported",
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name="Files Not Exported"),
        ),
        migrations.AddField(
            model_name="destination",
            name="exported",
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name="Files Exported"),
        ),
        migrations.AddField(model_name="formerroot", name="la", field=models.CharField(blank=True, max_length=3)),
        migrations.AddField(
            model_name="formerroot", name="exported", field=models.CharField(blank=True, max_length=500)
        ),
    ]
