"""The service's path is a setting, and cannot be one that is another's."""

from pathlib import Path

import pytest

from schoolgate.sites.base import service_path
from schoolgate.sites.configuration import ConfigurationError, read_configuration


def path_of(text: str, folder: Path) -> str:
    return service_path(read_configuration(folder / "none.toml", environment={}, options={"service_path": text}))


@pytest.mark.parametrize("text", ["/Service.asmx", "/web/OTS", "/apis"])
def test_a_path_is_taken(tmp_path: Path, text: str) -> None:
    assert path_of(text, tmp_path) == text


@pytest.mark.parametrize(
    "text", ["", "/", "Service.asmx", "/Service.asmx/", "/a//b", "/a b", "/api/soap", "/STATIC", "/a?b"]
)
def test_what_is_no_path_or_another_s_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError):
        path_of(text, tmp_path)
