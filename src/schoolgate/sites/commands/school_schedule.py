"""`schoolgate school schedule`: when this site sends by itself."""

from datetime import datetime, time

import click

from schoolgate.sites.commands.shared import WrongCall, as_json, at_home, print_json


def _days(text: str) -> frozenset[int]:
    """mon,thu or monday,thursday. Raises WrongCall for anything else."""
    from schoolgate.commons.schedules.rules import WEEK

    found = set()
    for word in text.lower().replace(",", " ").split():
        matching = [number for number, day in enumerate(WEEK) if len(word) >= 3 and day.startswith(word)]
        if not matching:
            raise WrongCall(f"'{word}' is no day. Days: {','.join(day[:3] for day in WEEK)}")
        found.update(matching)
    if not found:
        raise WrongCall("Name at least one day, or switch the schedule off with --off.")
    return frozenset(found)


def _time(text: str) -> time:
    """Hours and minutes. Raises WrongCall for anything else."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  a time of the clock, on no day
    except ValueError:
        raise WrongCall(f"'{text}' is no time. It is hours and minutes, for example 18:30.") from None


@click.command("schedule", help="When this site sends by itself; with options, sets it. All times are London's.")
@click.option("--days", help="Days with a comma between: mon,thu.")
@click.option("--at", help="Hours and minutes: 18:30.")
@click.option("--off", is_flag=True, help="Send nothing by itself.")
@as_json
@at_home("school")
def schedule(days: str | None, at: str | None, off: bool, as_json: bool) -> None:
    from schoolgate.commons.schedules.rules import WEEK, Weekly
    from schoolgate.school.exchange import schedule_in_words as words
    from schoolgate.school.exchange.scheduling import (
        missed_runs,
        next_runs,
        not_running,
        set_when_to_send,
        when_to_send,
    )

    rule = when_to_send().rule
    if off and (days or at):
        raise WrongCall("Either --off, or --days and --at.")
    if off:
        set_when_to_send(Weekly(rule.at, frozenset()), by=None)
    elif days is not None or at is not None:
        if days is None and not rule.days:
            raise WrongCall("Say the days too: --days mon,thu")
        chosen = Weekly(_time(at) if at else rule.at, _days(days) if days is not None else rule.days)
        set_when_to_send(chosen, by=None)
    now, missed = when_to_send(), missed_runs()
    if as_json:
        print_json(
            {
                "days": [WEEK[day] for day in sorted(now.rule.days)],
                "at": f"{now.rule.at:%H:%M}",
                "since": now.since,
                "next": next_runs(3),
                "missed": missed.count if missed else 0,
                "running": not not_running(),
            }
        )
        return
    if not now.is_on:
        click.echo("Nothing is sent by itself. Choose days: schoolgate school schedule --days mon,thu --at 18:30")
    else:
        click.echo(f"{words.rule_spoken(now.rule)}. Next: {', '.join(words.moment(due) for due in next_runs(3))}")
    for told in (missed.sentence if missed else "", not_running()):
        if told:
            click.echo(told)
