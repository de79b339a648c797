"""The line that files and LAs have in the daily summary."""

from datetime import datetime

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.summary import Line, page, summary_line
from schoolgate.school.exchange.today import look_at_today


@summary_line
def _needs_somebody(reader: User, since: datetime) -> Line | None:
    today = look_at_today()
    number = len(today.to_do) if today.set_up else 0
    things = "One thing needs" if number == 1 else f"{number:,} things need"
    return Line(f"{things} somebody for files to arrive.", page("today")) if number else None
