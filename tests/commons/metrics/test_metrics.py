"""The site in numbers, for Prometheus: its format, its door, and rooms that add theirs."""

import io
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors import DoorOfTheTest

from schoolgate.commons.metrics.measures import MEASURES, Family, Sample, measure, measured
from schoolgate.commons.metrics.prometheus import text_of
from schoolgate.sites.configuration import read_configuration

TOKEN = "long-and-of-chance"

# The format's own grammar, as its page says it.
LINE = re.compile(
    r"# (?:HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*"
    r'|[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})? '
    r"(?:NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)"
)
families = st.builds(
    Family,
    st.from_regex(r"schoolgate_[a-z_]{1,20}x", fullmatch=True),
    st.text(),
    st.lists(
        st.builds(Sample, st.floats() | st.integers(), st.dictionaries(st.sampled_from(["kind", "la"]), st.text())),
        unique_by=lambda sample: tuple(sorted(sample.labels.items())),
    ),
)


@given(st.lists(families, unique_by=lambda family: family.name))
def test_whatever_is_told_every_line_is_one_of_the_format(told: list[Family]) -> None:
    text = text_of(told)
    assert text == "" or text.endswith("\n")
    lines = text.split("\n")[:-1]
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert len(lines) == sum(2 + len(family.samples) for family in told)


def test_a_family_is_told_as_the_format_wants_it() -> None:
    samples = [Sample(3, {"state": 'a "late" \\ one\n'}), Sample(0.5), Sample(math.inf, {"a": ""})]
    family = Family("schoolgate_runs", "Runs,\nby \\ state.", samples)
    assert text_of([family]) == (
        "# HELP schoolgate_runs Runs,\\nby \\\\ state.\n"
        "# TYPE schoolgate_runs gauge\n"
        'schoolgate_runs{state="a \\"late\\" \\\\ one\\n"} 3\n'
        "schoolgate_runs 0.5\n"
        'schoolgate_runs{a=""} +Inf\n'
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Family("9lives", "", []),
        lambda: Family("schoolgate_ended", "", [], "counter"),
        lambda: Family("schoolgate_ended_total", "", []),
        lambda: Sample(1, {"no-label": ""}),
        lambda: Sample(1, {"__reserved": ""}),
        lambda: text_of([Family("a", "", []), Family("a", "", [])]),
        lambda: text_of([Family("a", "", [Sample(1), Sample(2)])]),
    ],
)
def test_what_prometheus_would_refuse_is_refused_here(make: Any) -> None:
    with pytest.raises(ValueError, match=r"metric|label|counter"):
        make()


@pytest.fixture
def room() -> Iterator[None]:
    """A room that tells a number, and one whose measure fails."""
    before = list(MEASURES)

    @measure
    def runs() -> Iterable[Family]:
        return [Family("schoolgate_runs", "Runs.", [Sample(7, {"state": "late"})])]

    @measure
    def broken() -> Iterable[Family]:
        raise RuntimeError("Aisha")

    yield
    MEASURES[:] = before


@pytest.mark.django_db
def test_a_room_adds_its_numbers_and_one_that_fails_hides_no_other(
    room: None, caplog: pytest.LogCaptureFixture
) -> None:
    told = {family.name: family for family in measured()}
    assert told["schoolgate_runs"].samples[0].value == 7
    assert told["schoolgate_measures_failed"].samples[0].value == 1
    assert "schoolgate_workers" in told
    assert "broken failed: RuntimeError" in caplog.text
    assert "Aisha" not in caplog.text


def ask(method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/metrics",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **headers,
    }
    told: list[Any] = []
    body = DoorOfTheTest("schoolgate.commons.metrics.urls")(environ, lambda *answer: told.extend(answer))
    return int(told[0][:3]), dict(told[1]), b"".join(body).decode()


@pytest.fixture
def on(settings: Any) -> None:
    """A site whose operator has set the token."""
    file = settings.SCHOOLGATE_HOME.settings_file
    settings.SCHOOLGATE_CONFIGURATION = read_configuration(file, {"SCHOOLGATE_METRICS_TOKEN": TOKEN})


@pytest.mark.django_db
def test_metrics_are_off_until_the_operator_sets_a_token() -> None:
    status, _, text = ask(HTTP_AUTHORIZATION="Bearer ")
    assert (status, "metrics_token" in text) == (404, True)


@pytest.mark.django_db
def test_who_has_the_token_reads_them(on: None) -> None:
    status, headers, text = ask(HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert headers["Cache-Control"] == "no-store"
    assert "\nschoolgate_workers 0\n" in text
    assert [line for line in text.splitlines() if not LINE.fullmatch(line)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe9"])
def test_who_has_not_reads_nothing(on: None, given: str) -> None:
    status, headers, text = ask(HTTP_AUTHORIZATION=given)
    assert (status, headers["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert "schoolgate_" not in text


@pytest.mark.django_db
def test_they_are_only_read(on: None) -> None:
    status, headers, _ = ask("POST", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")
