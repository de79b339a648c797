from typing import Any

from django.db import migrations


def move(apps: Any, schema_editor: Any) -> None:
    columns = ("user_id", "hashed", "next_password_mark", "until")
    New = apps.get_model("accounts", "FormerPassword")
    rows = apps.get_model("authority_exchange", "FormerPassword").objects.values(*columns)
    New.objects.bulk_create([New(**row) for row in rows])


def move_back(apps: Any, schema_editor: Any) -> None:
    columns = ("user_id", "hashed", "next_password_mark", "until")
    Old = apps.get_model("authority_exchange", "FormerPassword")
    rows = apps.get_model("accounts", "FormerPassword").objects.values(*columns)
    Old.objects.bulk_create([Old(**row) for row in rows])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_former_password"),
        ("authority_exchange", "0004_when_the_content_went"),
    ]
    operations = [
        migrations.RunPython(move, move_back),
        migrations.DeleteModel("FormerPassword"),
    ]
