"""Sites from before licences go on as they were."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("authority_bases", "0001_initial")]
AFTER = [("authority_bases", "0003_license_what_is_there")]

Migrated = Callable[[str, list[str]], tuple[dict[str, bool], str | None]]


@pytest.fixture
def migrated(transactional_db: None) -> Iterator[Migrated]:
    """Take a site of this LA number with bases of these LAs over the migration: their licences, and the LA's own."""

    def migrate(here: str, las: list[str]) -> tuple[dict[str, bool], str | None]:
        executor = MigrationExecutor(connection)
        executor.migrate(BEFORE)
        apps = executor.loader.project_state([*BEFORE, *executor.loader.graph.leaf_nodes("accounts")]).apps
        account = apps.get_model("accounts", "User").objects.create(username="shared", role="exchange account")
        bases: Any = apps.get_model("authority_bases", "Base")
        for la in las:
            bases.objects.create(la=la, number="4321", name=f"School of {la}", account_id=account.pk)
        if here:
            from schoolgate.authority.bases.la import LA_NUMBER

            LA_NUMBER.set(here, by=None)
        executor = MigrationExecutor(connection)
        executor.migrate(AFTER)

        from schoolgate.commons.preferences.models import StoredPreference

        now: Any = executor.loader.project_state(AFTER).apps.get_model("authority_bases", "Base")
        stored = StoredPreference.objects.filter(name="out-of-county-licence").values_list("value", flat=True).first()
        return dict(now.objects.values_list("la", "licensed")), stored

    yield migrate
    # What is built on bases went with them, and the tests that follow need all of it.
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_own_schools_become_licensed_and_others_stand_on_the_out_of_county_licence(migrated: Migrated) -> None:
    assert migrated("820", ["820", "823"]) == ({"820": True, "823": False}, "yes")


def test_a_site_without_schools_of_other_las_gets_no_out_of_county_licence(migrated: Migrated) -> None:
    assert migrated("820", ["820"]) == ({"820": True}, None)


def test_a_site_without_a_number_yet_keeps_all_its_schools(migrated: Migrated) -> None:
    assert migrated("", ["820"]) == ({"820": True}, None)
