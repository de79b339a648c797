"""`schoolgate SITE retention`: what is kept for how long, what would go, and letting it go now."""

from pathlib import Path
from typing import Any

import click

from schoolgate.sites.commands.shared import (
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    print_json,
    print_rows,
)

COLUMNS = ("kind", "days", "shipped", "would_go", "bytes", "held_back", "next_run", "last_run")
PREVIEWED = ("kind", "name", "since", "bytes", "held_back")


def retention_of(site: str) -> click.Group:
    """The verb of one site."""

    @at_home(site)
    def tell(preview: bool, as_json: bool, limit: int | None) -> None:
        rows, columns = (_previewed(), PREVIEWED) if preview else (_kinds(), COLUMNS)
        print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nothing is due.")

    # The group itself opens no home: a verb behind it names its own.
    @click.group("retention", invoke_without_command=True, help="What is kept for how long, and what would go next.")
    @click.option("--preview", is_flag=True, help="Every single thing that would go or is held back.")
    @as_json
    @limit_rows
    @click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The site's home folder.")
    @click.pass_context
    def retention(context: click.Context, /, home: Path | None, **options: Any) -> None:
        if context.invoked_subcommand is None:
            tell(home=home, **options)

    @retention.command("run", help="Let everything go now whose time is over.")
    @as_json
    @at_home(site)
    def run(as_json: bool) -> None:
        from schoolgate.commons.retention.clearing import clear
        from schoolgate.commons.retention.kinds import KEPT

        done = [(kind, clear(kind)) for kind in KEPT.values()]
        if as_json:
            print_json(
                [
                    {"kind": kind.name, "gone": last.removed, "bytes": last.size, "held_back": last.held_back}
                    for kind, last in done
                ]
            )
            return
        for kind, last in done:
            click.echo(f"{kind.words}: {last.removed:,} gone.")
            for reason, number in last.held_back.items():
                click.echo(f"  {number:,} held back. {reason}")

    @retention.command("set", help="Set for how many days a kind is kept; 0 is for ever.")
    @click.argument("kind")
    @click.argument("days", type=click.IntRange(min=0, max=36_500))
    @at_home(site)
    def set_days(kind: str, days: int) -> None:
        from schoolgate.commons.retention.kinds import KEPT

        if kind not in KEPT:
            raise WrongCall(f"There is no kind '{kind}'. Kinds: {', '.join(KEPT)}.")
        KEPT[kind].days.set(days, by=None)
        click.echo(f"{KEPT[kind].words}: kept for {f'{days:,} days' if days else 'ever'}.")

    return retention


def _kinds() -> list[dict[str, Any]]:
    from schoolgate.commons.retention.clearing import look, next_run
    from schoolgate.commons.retention.kinds import KEPT

    return [
        {
            "kind": due.kind.name,
            "days": due.days,
            "shipped": due.kind.days.default,
            "why": due.kind.why,
            "would_go": len(due.going),
            "bytes": due.size,
            "held_back": due.reasons,
            "next_run": next_run(),
            "last_run": due.last.ended_at if due.last else None,
            "last_gone": due.last.removed if due.last else 0,
        }
        for due in map(look, KEPT.values())
    ]


def _previewed() -> list[dict[str, Any]]:
    from schoolgate.commons.retention.clearing import look
    from schoolgate.commons.retention.kinds import KEPT

    return [
        {"kind": due.kind.name, "name": item.name, "since": item.since, "bytes": item.size, "held_back": item.held_back}
        for due in map(look, KEPT.values())
        for item in (*due.going, *due.held_back)
    ]
