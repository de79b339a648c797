import re
from pathlib import Path

import pytest

from schoolgate.wire.mis.connector import Connector, Trouble
from schoolgate.wire.mis.registry import all_connectors, connector_named

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "school-systems.md").read_text("utf-8")
CONNECTORS = list(all_connectors().values())


def test_every_connector_is_found_by_its_name() -> None:
    assert [connector_named(one.name) for one in CONNECTORS] == CONNECTORS
    assert {one.name for one in CONNECTORS} >= {"sims-primary", "wonde"}


def test_an_unknown_system_is_none() -> None:
    with pytest.raises(KeyError):
        connector_named("an-abacus")


@pytest.mark.parametrize("connector", CONNECTORS)
def test_every_connector_is_explained_with_what_a_school_enters(connector: type[Connector]) -> None:
    assert f"`{connector.name}`" in PAGE
    assert not [one.label for one in connector.settings if one.label not in PAGE]


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_is_explained(trouble: Trouble) -> None:
    assert f"`{trouble}`" in PAGE


@pytest.mark.parametrize("connector", CONNECTORS)
def test_what_holds_unless_set_has_the_form_that_is_asked_for(connector: type[Connector]) -> None:
    assert not [one.name for one in connector.options if not re.fullmatch(one.form, one.default)]


@pytest.mark.parametrize("connector", CONNECTORS)
def test_no_option_is_named_as_a_setting_is(connector: type[Connector]) -> None:
    names = [one.name for one in (*connector.settings, *connector.options)]
    assert len(set(names)) == len(names)
