"""Lay an earlier database, as it was recorded, into the empty PostgreSQL that a home names:
`python -m tests.upgrades.carrying SITE HOME SQLITE_FILE`.

The tables are those of that time, made by today's migrations up to the last one that was carried out then; the rows go
through the models of that time.
"""

import os
import sys
from pathlib import Path
from typing import Any

import django


def carry(site: str, home: str, recorded: Path) -> None:
    os.environ |= {"SCHOOLGATE_HOME": home, "DJANGO_SETTINGS_MODULE": f"schoolgate.sites.{site}"}
    django.setup(set_prefix=False)
    from django.core.management.color import no_style
    from django.db import connection, connections
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.loader import MigrationLoader

    from schoolgate.sites.base import sqlite

    connections.settings["recorded"] = connections.configure_settings(
        {"default": {}, "recorded": sqlite(str(recorded))}
    )["recorded"]
    done = MigrationLoader(connections["recorded"]).applied_migrations
    assert done is not None
    executor = MigrationExecutor(connection)
    ends = [key for key in done if not any(child.key in done for child in executor.loader.graph.node_map[key].children)]
    executor.migrate(ends)
    models = _models_of(executor.loader.project_state(ends).apps)
    with connection.cursor() as cursor:
        # Rows come in any order; the constraints look again at whatever is written later.
        cursor.execute("SET session_replication_role = replica")
        for model in models:
            rows = list(model._base_manager.using("recorded").all())
            model._base_manager.using("default").all().delete()
            model._base_manager.using("default").bulk_create(rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _models_of(apps: Any) -> list[Any]:
    """All that have a table, those between two tables included."""
    return [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]


if __name__ == "__main__":
    carry(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
