import django.core.validators
import django.utils.timezone
from django.db import migrations, models

import schoolgate.commons.sealed


class Migration(migrations.Migration):
    dependencies = [("school_exchange", "0007_what_las_ask_for")]

    operations = [
        migrations.CreateModel(
            name="PersonnelSchool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.CharField(blank=True, max_length=150, verbose_name="user name")),
                ("password", schoolgate.commons.sealed.SealedTextField(blank=True, verbose_name="password")),
                ("password_expires_at", models.DateTimeField(editable=False, null=True)),
                ("connected_at", models.DateTimeField(editable=False, null=True)),
                ("trouble", models.CharField(blank=True, editable=False, max_length=40)),
                ("trouble_sentence", models.CharField(blank=True, editable=False, max_length=300)),
                ("trouble_remedy", models.CharField(blank=True, editable=False, max_length=300)),
                ("trouble_since", models.DateTimeField(editable=False, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("try_again_at", models.DateTimeField(editable=False, null=True)),
                ("outcomes_cursor", models.CharField(blank=True, editable=False, max_length=60)),
                ("outcomes_asked_at", models.DateTimeField(editable=False, null=True)),
                ("requests_asked_at", models.DateTimeField(editable=False, null=True)),
                ("name", models.CharField(max_length=150, verbose_name="School Name")),
                (
                    "la",
                    models.CharField(
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{3}\\Z", "An LA number is three digits, for example 820."
                            )
                        ],
                        verbose_name="LA No.",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        max_length=4,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{4}\\Z", "A school number is four digits, for example 4321."
                            )
                        ],
                        verbose_name="School No.",
                    ),
                ),
                ("not_exported", models.CharField(max_length=500, verbose_name="Files Not Exported")),
                ("exported", models.CharField(max_length=500, verbose_name="Files Exported")),
                ("imported", models.CharField(max_length=500, verbose_name="Files Imported")),
                ("own_contact", models.CharField(blank=True, editable=False, max_length=200)),
                ("folder_trouble", models.CharField(blank=True, editable=False, max_length=300)),
                ("import_trouble", models.CharField(blank=True, editable=False, max_length=300)),
                ("imported_at", models.DateTimeField(editable=False, null=True, verbose_name="last import")),
            ],
            options={"ordering": ("la", "number")},
        ),
        migrations.AddConstraint(
            model_name="personnelschool",
            constraint=models.UniqueConstraint(
                fields=("la", "number"),
                name="one_personnel_row_a_school",
                violation_error_message="There is a row for this school already.",
            ),
        ),
        migrations.CreateModel(
            name="ImportedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("destination_la", models.CharField(max_length=3, verbose_name="LA that it is from")),
                ("number", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("document", models.CharField(default="personnel", max_length=20)),
                ("la", models.CharField(max_length=3, verbose_name="LA No.")),
                ("school", models.CharField(max_length=4, verbose_name="School No.")),
                ("name", models.CharField(max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("placing", "Being put into Files Imported"),
                            ("placed", "In Files Imported"),
                            ("told", "In Files Imported; the LA knows"),
                        ],
                        default="placing",
                        max_length=10,
                    ),
                ),
                ("folder", models.CharField(max_length=500)),
                ("aside", models.CharField(max_length=100)),
                ("placed_as", models.CharField(max_length=120)),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("placed_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={"ordering": ("-found_at", "-pk")},
        ),
        migrations.AddConstraint(
            model_name="importedfile",
            constraint=models.UniqueConstraint(
                fields=("destination_la", "number", "sha256"), name="one_row_an_imported_file"
            ),
        ),
        migrations.RemoveConstraint(model_name="sighting", name="one_sighting_a_file"),
        migrations.RenameField(model_name="sighting", old_name="la", new_name="place"),
        migrations.AlterField(model_name="sighting", name="place", field=models.CharField(max_length=7)),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.UniqueConstraint(fields=("place", "name"), name="one_sighting_a_file"),
        ),
        migrations.RemoveConstraint(model_name="heldbackfile", name="one_row_a_held_back_file"),
        migrations.RenameField(model_name="heldbackfile", old_name="la", new_name="place"),
        migrations.AlterField(
            model_name="heldbackfile",
            name="place",
            field=models.CharField(blank=True, max_length=7, verbose_name="place that it lies in"),
        ),
        migrations.AddConstraint(
            model_name="heldbackfile",
            constraint=models.UniqueConstraint(fields=("place", "name", "origin"), name="one_row_a_held_back_file"),
        ),
    ]
