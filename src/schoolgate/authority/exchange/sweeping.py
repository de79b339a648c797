"""Tidying that needs no person."""

from datetime import timedelta

from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile
from schoolgate.authority.exchange.store import offered_files, received_files
from schoolgate.authority.exchange.tokens import sweep_tokens
from schoolgate.commons.jobs.periodic import every

LEFT_ALONE_FOR = timedelta(days=1)


@every(hours=1, words="Sweep what no file needs")
def sweep_exchange() -> None:
    """Remove bytes that no row speaks of, a day after they came, and tokens that have run out."""
    sweep_tokens()
    known = set(ReceivedFile.objects.filter(content_gone_at=None).values_list("sha256", flat=True))
    received_files().sweep(known, LEFT_ALONE_FOR)
    offered = OutboxEntry.objects.files().filter(content_gone_at=None)
    offered_files().sweep(set(offered.values_list("sha256", flat=True)), LEFT_ALONE_FOR)
