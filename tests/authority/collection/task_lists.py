"""Lists of tasks as CSV."""

TASK = {
    "Task Name": "Autumn changes",
    "LA No.": "820",
    "School No.": "4321",
    "Data Filter Details": "Changed Data",
    "Phase": "1",
    "When": "Weekly",
    "Days": "Thu",
    "Start Time": "18:30",
}


def csv(*tasks: dict[str, str], delimiter: str = ",") -> bytes:
    """A list of these tasks, each TASK but for what is given."""
    rows = [{**TASK, **task} for task in tasks or ({},)]
    headings = list(dict.fromkeys(name for row in rows for name in row))
    lines = [headings, *([row.get(name, "") for name in headings] for row in rows)]
    return "\n".join(delimiter.join(line) for line in lines).encode()
