"""Sealed fields, tried in a table of these tests' own."""

import logging
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django import forms
from django.core.exceptions import FieldError
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.commons.sealed import SealedTextField, seal, unseal

SECRET = "correct horse battery"


class Drawer(models.Model):
    password = SealedTextField(blank=True)
    objects: ClassVar["models.Manager[Drawer]"] = models.Manager()

    class Meta:
        app_label = "tests"


class DrawerForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Drawer
        fields = ("password",)


@pytest.fixture
def drawer(transactional_db: None) -> Iterator[Drawer]:
    with connection.schema_editor() as editor:
        editor.create_model(Drawer)
    yield Drawer.objects.create(password=SECRET)
    with connection.schema_editor() as editor:
        editor.delete_model(Drawer)


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM tests_drawer")
        return str(cursor.fetchone()[0])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_what_was_sealed_opens_to_the_same_text(text: str) -> None:
    assert seal(text) != text
    assert unseal(seal(text)) == text


def test_the_database_holds_no_open_secret(drawer: Drawer) -> None:
    assert SECRET not in stored()
    assert Drawer.objects.get().password == SECRET


def test_an_opened_secret_does_not_show_itself(drawer: Drawer) -> None:
    secret = Drawer.objects.get().password
    assert SECRET not in repr(secret)
    assert SECRET not in repr(vars(Drawer.objects.get()))


def test_nothing_to_hide_is_stored_as_nothing(drawer: Drawer) -> None:
    Drawer.objects.update(password="")
    assert stored() == ""
    assert Drawer.objects.get().password == ""


def test_an_older_key_still_opens_and_the_newest_seals(drawer: Drawer, settings: Any) -> None:
    older = settings.SCHOOLGATE_KEYS
    newest = Fernet.generate_key().decode()
    settings.SCHOOLGATE_KEYS = [newest, *older]
    found = Drawer.objects.get()
    assert found.password == SECRET
    found.save()
    settings.SCHOOLGATE_KEYS = [newest]
    assert Drawer.objects.get().password == SECRET


def test_a_secret_whose_key_is_lost_reads_as_empty_and_says_so(
    drawer: Drawer, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SCHOOLGATE_KEYS = [Fernet.generate_key().decode()]
    with caplog.at_level(logging.ERROR):
        assert Drawer.objects.get().password == ""
    assert "must be entered again" in caplog.text


def test_a_changed_seal_does_not_open() -> None:
    sealed = seal(SECRET)
    with pytest.raises(InvalidToken):
        unseal(sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:])


def test_a_form_does_not_show_the_secret(drawer: Drawer) -> None:
    page = str(DrawerForm(instance=Drawer.objects.get()))
    assert 'type="password"' in page
    assert SECRET not in page


def test_a_form_left_empty_leaves_the_secret(drawer: Drawer) -> None:
    DrawerForm({"password": ""}, instance=Drawer.objects.get()).save()
    assert Drawer.objects.get().password == SECRET


def test_a_form_filled_in_replaces_the_secret(drawer: Drawer) -> None:
    DrawerForm({"password": "another"}, instance=Drawer.objects.get()).save()
    assert Drawer.objects.get().password == "another"


def test_secrets_cannot_be_searched(drawer: Drawer) -> None:
    with pytest.raises(FieldError):
        Drawer.objects.filter(password=SECRET)
