import django.db.models.deletion
import schoolgate.commons.sealed
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("authority_bases", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hashed", models.CharField(max_length=256)),
                ("next_password_mark", models.CharField(max_length=128)),
                ("until", models.DateTimeField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kid", models.CharField(max_length=40, unique=True)),
                ("private_jwk", schoolgate.commons.sealed.SealedTextField(blank=True)),
                ("public_jwk", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1), condition=models.Q(("retired_at", None)), name="one_signing_key_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("password_mark", models.CharField(max_length=128)),
                ("address", models.GenericIPAddressField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReceivedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("size", models.BigIntegerField()),
                ("via", models.CharField(choices=[("program", "School's program")], default="program", max_length=12)),
                ("received_at", models.DateTimeField(db_index=True)),
                ("outcome_changed_at", models.DateTimeField(db_index=True)),
                ("ref", models.CharField(max_length=24, null=True, unique=True)),
                ("receipt", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="received_files",
                        to="authority_bases.base",
                    ),
                ),
            ],
            options={
                "ordering": ("-received_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(fields=("base", "kind", "name", "sha256"), name="one_row_a_received_file")
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100)),
                ("la", models.CharField(blank=True, max_length=3)),
                ("school", models.CharField(blank=True, max_length=4)),
                ("sha256", models.CharField(max_length=64)),
                ("code", models.CharField(max_length=40)),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(db_index=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-last_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "kind", "name", "sha256", "code"), name="one_row_a_refused_delivery"
                    )
                ],
            },
        ),
    ]
