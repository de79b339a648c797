"""`schoolgate simulate VENDOR`: a stand-in for a vendor's cloud on this machine, with made-up schools."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.simulators.population import Population
    from schoolgate.simulators.simulator import Simulator

Make: TypeAlias = "Callable[[Sequence[Population]], Simulator[Any]]"
_FIRST_SCHOOL = 2001
_LOOK_SECONDS = 1.0
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(
    help="Stand in for a vendor's cloud, so that collecting can be tried without one. Only this machine can reach it, "
    "and everybody in it is invented."
)
def simulate() -> None:
    pass


def _sims_primary(schools: "Sequence[Population]") -> "Simulator[Any]":
    from schoolgate.simulators.sims_primary import SimsPrimary

    return SimsPrimary(schools)


def _wonde(schools: "Sequence[Population]") -> "Simulator[Any]":
    from schoolgate.simulators.wonde import Wonde

    return Wonde(schools)


def _add(name: str, sentence: str, make: Make) -> None:
    """Add the command of one vendor; all take the same options."""

    @simulate.command(name, help=f"{sentence} Prints the settings to enter, and runs until it is stopped.")
    @click.option("--la", default="820", show_default=True, help="LA number of the schools.")
    @click.option(
        "--school", "numbers", multiple=True, help=f"School number; repeat it. {_FIRST_SCHOOL} if none is given."
    )
    @click.option(
        "--schools", default=0, type=click.IntRange(0, 999), help="So many schools instead, from the first on."
    )
    @click.option(
        "--pupils", default=60, show_default=True, type=click.IntRange(0, 5000), help="On roll of each school."
    )
    @click.option("--seed", default=1, show_default=True, type=int, help="The same seed, the same schools and lives.")
    @click.option("--begins", type=_DAY, help="The first day that is lived; this school year's first if not given.")
    @click.option("--today", type=_DAY, help="The last day that has been lived; the calendar's if not given.")
    @click.option("--day-seconds", default=0, type=click.IntRange(0), help="Let a day pass every so many seconds.")
    @click.option("--switch", "switches", multiple=True, metavar="NAME=VALUE", help="Set a switch; repeat it.")
    @click.option("--switches", "list_switches", is_flag=True, help="Say which switches there are, and end.")
    @click.option("--port", default=0, type=click.IntRange(0, 65535), help="Where it listens; a free one if not given.")
    @as_json
    def command(
        la: str,
        numbers: tuple[str, ...],
        schools: int,
        pupils: int,
        seed: int,
        begins: datetime | None,
        today: datetime | None,
        day_seconds: int,
        switches: tuple[str, ...],
        list_switches: bool,
        port: int,
        as_json: bool,
    ) -> None:
        from schoolgate.simulators.population import Population
        from schoolgate.simulators.switches import described

        numbers = numbers or tuple(str(_FIRST_SCHOOL + place) for place in range(schools or 1))
        _require_numbers(la, numbers)
        last = today.date() if today else _calendar()
        first = begins.date() if begins else _school_year_of(last)
        if list_switches:
            numbers = ()
        made = make([Population(la, one, seed=seed, pupils=pupils, begins=first) for one in numbers])
        _set(made, switches)
        if list_switches:
            columns = ("switch", "value", "values", "standing", "meaning")
            print_rows(described(made.switches), columns, as_json=as_json, limit=None, empty="There are none.")
            return
        made.live_until(last)
        _run(name, made, port, as_json=as_json, days=_days(last, day_seconds, follows=today is None))


def _set(made: "Simulator[Any]", switches: tuple[str, ...]) -> None:
    try:
        for text in switches:
            switch, equals, value = text.partition("=")
            if not equals:
                raise ValueError(f"{text}: a switch is set as NAME=VALUE.")
            made.set(**{switch: value})
    except ValueError as error:
        raise WrongCall(f"{error} --switches lists them.") from None


def _require_numbers(la: str, numbers: tuple[str, ...]) -> None:
    from schoolgate.documents.identifiers import la_number_fault, school_number_fault

    for number, wrong in ((la, la_number_fault(la, demo=True)), *((one, school_number_fault(one)) for one in numbers)):
        if wrong is not None:
            raise WrongCall(f"{number}: {wrong.reason}")


def _run(name: str, made: "Simulator[Any]", port: int, *, as_json: bool, days: Iterator[tuple[float, date]]) -> None:
    from schoolgate.simulators.serving import SimulatorServer
    from schoolgate.sites.orphans import end_with_parent

    end_with_parent()
    try:
        server = SimulatorServer(made, port)
    except OSError as error:
        raise Failed(f"Cannot listen on port {port}: {error.strerror}. Name another --port.") from None
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    thread = threading.Thread(target=server.serve_forever, name="simulator", daemon=True)
    with server:
        thread.start()
        settings = made.settings(server.url)
        if as_json:
            print_json({"vendor": name, "url": server.url, "day": str(_lived(made)), "schools": settings})
        else:
            _tell(name, server.url, settings)
        with contextlib.suppress(KeyboardInterrupt):
            for seconds, day in days:
                if stop.wait(seconds):
                    break
                if day > _lived(made):
                    made.live_until(day)
                    if not as_json:
                        click.echo(_progress(made))
        server.shutdown()


def _days(last: date, day_seconds: int, *, follows: bool) -> Iterator[tuple[float, date]]:
    """After how many seconds which day has been lived, without end."""
    while True:
        if day_seconds:
            last += timedelta(days=1)
        elif follows:
            last = _calendar()
        yield day_seconds or _LOOK_SECONDS, last


def _tell(name: str, url: str, settings: list[dict[str, str]]) -> None:
    click.echo(f"{name} is simulated at {url}. Enter at the authority:")
    for school in settings:
        click.echo(f"\n{school['la']}/{school['school']} {school['name']}")
        for label, value in school.items():
            if label not in {"la", "school", "name"}:
                click.echo(f"  {label:18} {value}")
    click.echo("\nCtrl-C ends it.")


def _progress(made: "Simulator[Any]") -> str:
    day = _lived(made)
    on_roll = sum(len(school.current) for school in made.schools)
    marks = sum(len(list(school.marks_since(_midnight(day)))) for school in made.schools)
    return f"{day:%a %d %b %Y}: {on_roll} on roll, {marks} marks made or corrected"


def _lived(made: "Simulator[Any]") -> date:
    return max(school.lived for school in made.schools)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/London"))


def _calendar() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()


def _school_year_of(day: date) -> date:
    from schoolgate.documents.codes.code_sets import academic_year_of

    return date(academic_year_of(day.year, day.month), 9, 1)


_add("sims-primary", "SIMS Primary's partner API (OData, tokens, a subscription key).", _sims_primary)
_add("wonde", "Wonde's API (one token of the supplier, consent school by school).", _wonde)
