"""Sites from before rules go on as they were: what was imported of their bases yesterday is imported today."""

from typing import Any

from django.db import migrations

NEW_BASES = "New bases"
ALWAYS_IMPORT = "Always import"


def write_rules_down(apps: Any, schema_editor: Any) -> None:
    sets = apps.get_model("authority_importing", "RuleSet").objects
    rows = apps.get_model("authority_importing", "BaseRules").objects
    bases = apps.get_model("authority_bases", "Base").objects
    sets.create(name=NEW_BASES, standard=True, effects={"otherwise": "always-conflict", "groups": {}, "items": {}})
    everything = sets.create(name=ALWAYS_IMPORT, effects={"otherwise": "always-import", "groups": {}, "items": {}})
    for base in bases.order_by("pk"):
        rows.create(base=base, rule_set=everything, add_unmatched=True)


class Migration(migrations.Migration):
    dependencies = [
        ("authority_importing", "0005_what_people_decide"),
        ("authority_bases", "0003_license_what_is_there"),
    ]

    operations = [migrations.RunPython(write_rules_down, migrations.RunPython.noop)]
