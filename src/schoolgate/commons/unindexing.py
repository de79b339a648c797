"""Taking away an index that another covers, in a migration."""

from typing import Any

from django.db.migrations.operations import AlterField


class TakeIndexAway(AlterField):
    """AlterField of a relation that gets `db_index=False` and is else as it was.

    Django copies the whole table for that on SQLite, once for each field: the log of calls may have millions of rows.
    Backwards the index stays away, which nobody misses.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the indexes of this column alone; one that the model names goes by an operation of its own."""
        options = from_state.apps.get_model(app_label, self.model_name)._meta  # noqa: SLF001  documented API of Django
        connection, column = schema_editor.connection, options.get_field(self.name).column
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, options.db_table)
        named = {index.name for index in options.indexes}
        for name, one in found.items():
            if one["index"] and one["columns"] == [column] and not one["unique"] and name not in named:
                schema_editor.execute(schema_editor.sql_delete_index % {"name": schema_editor.quote_name(name)})
