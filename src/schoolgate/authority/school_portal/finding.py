"""What "Where is my file?" finds for a school's own people: their school's files and runs, and nothing else."""

from django.db.models import Q
from django.urls import reverse

from schoolgate.authority.bases.models import SCHOOL_USER
from schoolgate.authority.collection.models import CollectionRun
from schoolgate.authority.exchange.finding import MOST, files_called
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import Found, finder


@finder("the files and runs of one’s own school")
def find_own(user: User, text: str) -> list[Found]:
    """Each leads to its page in the School Portal. The authority's staff find files by the other finders."""
    if user.role != SCHOOL_USER:
        return []
    files = [
        Found(
            what=KINDS[file.kind].words,
            name=file.name,
            school=str(file.base),
            state=file.outcome["state"],
            when=file.received_at,
            holder="the council",
            link=reverse("portal-file", args=[file.base_id, file.pk]),
        )
        for file in files_called(user, text)[:MOST]
    ]
    runs = CollectionRun.objects.visible_to(user).filter(Q(task_name__icontains=text) | Q(base__name__icontains=text))
    return files + [
        Found(
            what="Run of a scheduled task",
            name=run.task_name,
            school=str(run.base),
            state=run.get_state_display().lower(),
            when=run.made_at,
            holder="the council",
            link=reverse("portal-run", args=[run.base_id, run.pk]),
        )
        for run in runs.select_related("base").order_by("-made_at", "-pk")[:MOST]
    ]
