"""Sites from before licences go on as they were: what could be sent to them yesterday can be sent today."""

from typing import Any

from django.db import migrations


def license_what_is_there(apps: Any, schema_editor: Any) -> None:
    bases = apps.get_model("authority_bases", "Base").objects
    preferences = apps.get_model("preferences", "StoredPreference").objects
    here = preferences.filter(name="la-number").values_list("value", flat=True).first() or ""
    # A site that has no number yet takes it later; the schools it knows are its own then.
    (bases.filter(la=here) if here else bases.all()).update(licensed=True)
    if here and bases.exclude(la=here).exists():
        preferences.get_or_create(name="out-of-county-licence", defaults={"value": "yes"})


class Migration(migrations.Migration):
    dependencies = [
        ("authority_bases", "0002_licences_and_codes"),
        ("preferences", "0001_initial"),
    ]

    operations = [migrations.RunPython(license_what_is_there, migrations.RunPython.noop)]
