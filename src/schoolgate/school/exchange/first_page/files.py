"""Files that somebody must see to."""

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse

from schoolgate.school.exchange.first_page.to_do import ToDo, files
from schoolgate.school.exchange.models import Destination, FormerRoot, HeldBackFile, State, Transfer
from schoolgate.school.exchange.places import STUDENT
from schoolgate.wire.outcome_words import rejected_because


def needs_attention() -> Iterator[ToDo]:
    """Files whose tries are used up, or that no repetition helps."""
    found = Transfer.objects.lean().filter(state=State.NEEDS_ATTENTION)
    count = found.count()
    if count == 1:
        alone = found.get()
        text = f"{alone.name} was not received by the LA. {alone.sentence}"
        yield ToDo("needs attention", text, "See what to do", reverse("transfer", args=[alone.pk]))
    elif count:
        address = f"{reverse('transfers')}?state=needs+attention"
        text = f"{files(count, 'was', 'were')} not received by the LA."
        yield ToDo("needs attention", text, "See what to do", address, count)


def held_back() -> Iterator[ToDo]:
    """Files that failed a check."""
    found = HeldBackFile.objects.defer("problems")
    count = found.count()
    if count == 1:
        alone = found.get()
        text = f"{alone} was not sent. {alone.sentence}"
        yield ToDo("held back", text, "See what to do", reverse("held-back-file", args=[alone.pk]))
    elif count:
        text = f"{files(count)} held back and not sent."
        yield ToDo("held back", text, "See why", reverse("held-back-files"), count)


def not_made_good() -> QuerySet[Transfer]:
    """Files that the LA did not accept, of schools of which it accepted none since."""
    later = Transfer.objects.filter(
        kind=OuterRef("kind"),
        source_la=OuterRef("source_la"),
        source_school=OuterRef("source_school"),
        la=OuterRef("la"),
        state__in=[State.DELIVERED, State.IMPORTED],
        received_at__gt=OuterRef("received_at"),
    )
    return Transfer.objects.filter(~Exists(later), state=State.REJECTED)


def not_accepted() -> Iterator[ToDo]:
    """Schools with a file that the LA did not accept, and none accepted since."""
    found = not_made_good()
    count = found.values("source_la", "source_school", "la").distinct().count()
    if count == 1:
        newest = found.defer("problems").latest("received_at")
        text = f"{newest.name} was not accepted by the LA. {rejected_because(newest.outcome)}"
        yield ToDo("not accepted", text, "See why", reverse("transfer", args=[newest.pk]))
    elif count:
        text = f"{files(count, 'was', 'were')} not accepted by the LA."
        yield ToDo("not accepted", text, "See why", f"{reverse('transfers')}?state=rejected", count)


def without_entry() -> Iterator[ToDo]:
    """Files for an LA that nobody made an entry for: they would wait for ever."""
    waiting = Transfer.objects.filter(kind=STUDENT, state__in=[State.READY, State.RETRYING])
    las = waiting.exclude(la__in=Destination.objects.values("la")).values_list("la").annotate(Count("pk"))
    for la, count in las.order_by("la"):
        text = f"{files(count)} waiting for LA {la}, which has no entry here."
        yield ToDo("no entry", text, "Add this LA", f"{reverse('add-la')}?la={la}", count)


def not_put_away() -> Iterator[ToDo]:
    """Files that arrived and could not be moved."""
    count = Transfer.objects.to_file().exclude(filing_note="").count()
    if count:
        text = f"{files(count)} received, but not yet put into Files Exported."
        yield ToDo("not put away", text, "See which", reverse("transfers"), count)


def in_former_roots() -> Iterator[ToDo]:
    """What stayed in folders that files were sent from once."""
    for former in FormerRoot.objects.to_tell():
        if former.trouble:
            text = f"The {former.words} {former} cannot be looked into ({former.trouble})."
        else:
            text = f"{_left_in(former)}. Nothing is sent from there."
        address = reverse("former-root", args=[former.pk])
        yield ToDo("former root folder", text, "See what to do", address, former.waiting + former.sent)


def _left_in(former: FormerRoot) -> str:
    place = f"in the {former.words} {former}"
    if former.sent and not former.waiting:
        return f"{files(former.sent, 'that was sent still lies', 'that were sent still lie')} {place}"
    left = f"{files(former.waiting + former.sent, 'still lies', 'still lie')} {place}"
    return f"{left}, {former.sent:,} of them sent already" if former.sent else left
