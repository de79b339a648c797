"""Schemas are data: anybody may fetch them from a site."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from schoolgate.commons.schemas import site_shelf


@pytest.mark.django_db
def test_the_page_lists_every_version_the_site_reads(client: Client) -> None:
    page = client.get("/schemas/").content.decode()
    shelf = site_shelf()
    assert all(f"/schemas/{kind}/{version}.xsd" in page for kind in ("CES", "CTF") for version in shelf.versions(kind))


def test_a_schema_is_fetched_whole_and_stands_alone(client: Client) -> None:
    answer = client.get("/schemas/CES/3.73.xsd")
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    assert b"<xs:include" not in answer.content
    etree.XMLSchema(etree.fromstring(answer.content))


def test_one_that_there_is_not_does_not_exist(client: Client) -> None:
    assert client.get("/schemas/CES/9.9.xsd").status_code == 404


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.SCHOOLGATE_HOME = type("Home", (), {"schemas": tmp_path})()
    return tmp_path


def test_an_added_one_that_cannot_be_used_leaves_ours(folder: Path, client: Client) -> None:
    (folder / "broken.toml").write_text("kind = 1")
    assert client.get("/schemas/CES/3.73.xsd").status_code == 200
