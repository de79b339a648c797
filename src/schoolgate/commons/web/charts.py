"""Pictures made on the server: SVG with classes only, no style, each with a title and a table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import slugify

STEP, WIDTH = 30, 26  # pixels from one field of a strip to the next, and across one
PILLAR_STEP, PILLAR_HEIGHT = 22, 120  # pixels from one group of pillars to the next, and up to the top of the highest
LABEL_EVERY = 7  # so that labels do not run into each other


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value (not negative) and, if it should stand out, a state of `state_colour`.

    `address` is where its number leads to.
    """

    label: str
    value: float
    state: str = ""
    address: str = ""


@dataclass(frozen=True)
class Mark:
    """One field of a strip, for example a week: its label, its state in words, and more in words for the table."""

    label: str
    state: str
    text: str = ""


@dataclass(frozen=True)
class Group:
    """Pillars that stand together, for example a day's: a label, and a number (not negative) for each series."""

    label: str
    values: Sequence[int]


@dataclass(frozen=True)
class Stack:
    """A bar of several parts, one for each series (none below nothing), within the `whole` that there is.

    `told` is what stands beside it, in words or numbers; `address` is where its label leads to.
    """

    label: str
    parts: Sequence[Decimal]
    whole: Decimal
    told: str
    address: str = ""


def bars(title: str, rows: Sequence[Bar], *, unit: str = "") -> SafeString:
    """Horizontal bars in a table with their labels and numbers, the longest as wide as there is room."""
    longest = max((row.value for row in rows), default=0) or 1
    drawn = [(row, round(row.value / longest * 100, 2)) for row in rows]
    context = {"title": title, "rows": drawn, "unit": unit, "id": slugify(f"bars {title}")}
    return SafeString(render_to_string("web/charts/bars.html", context))


def strip(title: str, marks: Sequence[Mark], *, of: str = "Week") -> SafeString:
    """A row of fields, oldest first, each with the colour and the sign of its state; `of` names what a field is."""
    drawn = [{"mark": mark, "x": place * STEP, "middle": place * STEP + WIDTH // 2} for place, mark in enumerate(marks)]
    context = {"title": title, "marks": drawn, "of": of, "width": len(marks) * STEP, "field_width": WIDTH}
    return SafeString(render_to_string("web/charts/strip.html", context))


def pillars(title: str, groups: Sequence[Group], series: Sequence[tuple[str, str]], *, of: str = "Day") -> SafeString:
    """Upright pillars over time, oldest first, with what each series counts and a state of `state_colour` for it.

    `of` names what a group is. Every seventh label is written; the table behind the picture has them all.
    """
    highest = max((value for group in groups for value in group.values), default=0) or 1
    width = (PILLAR_STEP - 4) / len(series)
    drawn = [
        {
            "group": group,
            "x": place * PILLAR_STEP,
            "labelled": place % LABEL_EVERY == 0,
            "pillars": [
                {
                    "state": state,
                    "x": round(place * PILLAR_STEP + number * width, 2),
                    "y": round(PILLAR_HEIGHT * (1 - value / highest), 2),
                    "height": round(PILLAR_HEIGHT * value / highest, 2),
                    "words": f"{group.label}: {value:,} {name}",
                }
                for number, (value, (name, state)) in enumerate(zip(group.values, series, strict=True))
                if value
            ],
        }
        for place, group in enumerate(groups)
    ]
    context = {
        "title": title,
        "groups": drawn,
        "series": series,
        "of": of,
        "highest": highest,
        "width": len(groups) * PILLAR_STEP,
        "pillar_width": round(width - 1, 2),
        "height": PILLAR_HEIGHT,
    }
    return SafeString(render_to_string("web/charts/pillars.html", context))


def parts(title: str, rows: Sequence[Bar]) -> SafeString:
    """One bar made of several, side by side, for a cell of a table that has the numbers; nothing where all are 0."""
    total = sum(row.value for row in rows)
    drawn, begins = [], 0.0
    for row in rows:
        if row.value:
            width = row.value / total * 100
            drawn.append({"bar": row, "x": round(begins, 2), "width": round(width, 2)})
            begins += width
    return SafeString(render_to_string("web/charts/parts.html", {"title": title, "parts": drawn}))


def stacks(
    title: str, rows: Sequence[Stack], series: Sequence[tuple[str, str]], *, of: str, told: str, rest: str = ""
) -> SafeString:
    """Horizontal bars of several parts in a table, the largest as wide as there is room.

    `series` has what each part is, and a state of `state_colour` for it. `of` names what a bar is for, `told` what
    stands beside it; `rest` what is left of its whole, where bars have one.
    """
    widest = max((max(row.whole, sum(row.parts, Decimal(0))) for row in rows), default=Decimal(0)) or Decimal(1)
    drawn = []
    for row in rows:
        parts, begins = [], Decimal(0)
        for value, (name, state) in zip(row.parts, series, strict=True):
            if value:
                parts.append({"state": state, "name": name, "value": value, **_place(begins, value, widest)})
                begins += value
        drawn.append({"row": row, "parts": parts, "whole": _place(Decimal(0), row.whole, widest)["width"]})
    context = {
        "title": title,
        "rows": drawn,
        "series": series,
        "of": of,
        "told": told,
        "rest": rest,
        "id": slugify(f"stacks {title}"),
    }
    return SafeString(render_to_string("web/charts/stacks.html", context))


def _place(begins: Decimal, value: Decimal, widest: Decimal) -> dict[str, float]:
    """Where a part of a bar lies, in per cent of the room."""
    return {"x": round(float(begins / widest) * 100, 2), "width": round(float(value / widest) * 100, 2)}


def progress(title: str, done: int, total: int) -> SafeString:
    """How much of the work is done; without a known total only the count is told."""
    percent = min(100, done * 100 // total) if total else 0
    context = {"title": title, "done": done, "total": total, "percent": percent}
    return SafeString(render_to_string("web/charts/progress.html", context))
