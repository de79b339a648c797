"""Sites from before licences go on as they were."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps as apps_of_now
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import BaseRules, RuleSet
from schoolgate.commons.preferences.models import StoredPreference

BEFORE = [("authority_bases", "0001_initial")]
AFTER = [("authority_bases", "0003_license_what_is_there")]


@pytest.fixture
def before(transactional_db: None) -> Iterator[MigrationExecutor]:
    """The tables as they were before licences."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    yield executor
    # What is built on bases went with them, and the tests that follow need all of it.
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def add_bases(apps: Any, las: list[str]) -> Any:
    """A base of each of these LAs, all of one account; returns the model."""
    account = apps.get_model("accounts", "User").objects.create(username="shared", role="exchange account")
    bases = apps.get_model("authority_bases", "Base")
    for la in las:
        bases.objects.create(la=la, number="4321", name=f"School of {la}", account_id=account.pk)
    return bases


def out_of_county() -> str | None:
    return StoredPreference.objects.filter(name="out-of-county-licence").values_list("value", flat=True).first()


def licensed_by_the_migration(las: list[str]) -> dict[str, bool]:
    """What the migration says of these bases, on the tables of now: to go back to the former ones each time is slow."""
    bases = add_bases(apps_of_now, las)
    bases.objects.update(licensed=False)
    import_module("schoolgate.authority.bases.migrations.0003_license_what_is_there").license_what_is_there(
        apps_of_now, None
    )
    return dict(bases.objects.values_list("la", "licensed"))


def test_own_schools_become_licensed_others_stand_on_the_out_of_county_licence_and_all_keep_their_rules(
    before: MigrationExecutor,
) -> None:
    former = before.loader.project_state([*BEFORE, *before.loader.graph.leaf_nodes("accounts")]).apps
    add_bases(former, ["820", "823"])
    LA_NUMBER.set("820", by=None)

    executor = MigrationExecutor(connection)
    executor.migrate(AFTER)

    now: Any = executor.loader.project_state(AFTER).apps.get_model("authority_bases", "Base")
    assert dict(now.objects.values_list("la", "licensed")) == {"820": True, "823": False}
    assert out_of_county() == "yes"

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert set(BaseRules.objects.values_list("base__la", "rule_set__name", "add_unmatched", "ask_first")) == {
        ("820", "Always import", True, False),
        ("823", "Always import", True, False),
    }, "bases from before there were rules go on as they were, by rules of their own"
    assert RuleSet.objects.get(standard=True).rules == Rules(Effect.ALWAYS_CONFLICT)


@pytest.mark.django_db
def test_a_site_without_schools_of_other_las_gets_no_out_of_county_licence() -> None:
    LA_NUMBER.set("820", by=None)
    assert (licensed_by_the_migration(["820"]), out_of_county()) == ({"820": True}, None)


@pytest.mark.django_db
def test_a_site_without_a_number_yet_keeps_all_its_schools() -> None:
    assert (licensed_by_the_migration(["820"]), out_of_county()) == ({"820": True}, None)
