import django.db.models.deletion
import schoolgate.authority.bases.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Base",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "la",
                    models.CharField(
                        max_length=3,
                        validators=[schoolgate.authority.bases.models.valid_la_number],
                        verbose_name="LA number",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        max_length=4,
                        validators=[schoolgate.authority.bases.models.valid_school_number],
                        verbose_name="school number",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "phase",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not known"),
                            ("nursery", "Nursery"),
                            ("primary", "Primary"),
                            ("secondary", "Secondary"),
                            ("all-through", "All-through"),
                            ("special", "Special"),
                            ("alternative", "Alternative provision"),
                        ],
                        max_length=12,
                        verbose_name="phase",
                    ),
                ),
                ("notes", models.TextField(blank=True, max_length=2000, verbose_name="notes")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bases", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("la", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("la", "number"),
                        name="one_base_a_school",
                        violation_error_message="There is such a base already.",
                    )
                ],
            },
        ),
    ]
