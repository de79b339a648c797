"""A migration takes a relation's own index away, and leaves the rest of its table alone."""

from collections.abc import Iterator

import pytest
from django.db import connection, models
from django.db.migrations.operations import AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext

from schoolgate.commons.unindexing import TakeIndexAway

APP = "lamps"


def lamp(*, db_index: bool = True) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(f"{APP}.Lamp", models.CASCADE, db_index=db_index)


class Database:
    """Lamps and their bulbs, by migrations one after the other."""

    def __init__(self) -> None:
        self._state = ProjectState()
        key = ("id", models.AutoField(primary_key=True))
        self.apply(CreateModel("Lamp", [key]))
        self.apply(CreateModel("Bulb", [key, ("lamp", lamp()), ("watts", models.IntegerField(db_index=True))]))

    def apply(self, operation: Operation) -> None:
        before, self._state = self._state, self._state.clone()
        operation.state_forwards(APP, self._state)
        with connection.schema_editor() as editor:
            operation.database_forwards(APP, editor, before, self._state)

    def indexes(self) -> list[list[str]]:
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, f"{APP}_bulb")
        return sorted(one["columns"] for one in found.values() if one["index"])

    def drop(self) -> None:
        with connection.schema_editor() as editor:
            for name in ("Bulb", "Lamp"):
                editor.delete_model(self._state.apps.get_model(APP, name))


@pytest.fixture
def database(transactional_db: None) -> Iterator[Database]:
    made = Database()
    yield made
    made.drop()


def test_the_index_of_the_relation_alone_is_gone(database: Database) -> None:
    assert database.indexes() == [["lamp_id"], ["watts"]]
    database.apply(TakeIndexAway("bulb", "lamp", lamp(db_index=False)))
    assert database.indexes() == [["watts"]]


def test_the_table_is_not_copied(database: Database) -> None:
    with CaptureQueriesContext(connection) as asked:
        database.apply(TakeIndexAway("bulb", "lamp", lamp(db_index=False)))
    assert not [query["sql"] for query in asked if "CREATE TABLE" in query["sql"]]


def test_an_index_that_the_model_names_stays(database: Database) -> None:
    database.apply(AddIndex("bulb", models.Index(fields=["lamp"], name="bulb_lamp")))
    database.apply(TakeIndexAway("bulb", "lamp", lamp(db_index=False)))
    assert database.indexes() == [["lamp_id"], ["watts"]]
