"""`schoolgate school orders send`: the same job as the button's, watched to the end of its first try."""

from django.db.models import Q
from django.db.models.functions import Now

from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.watching import watch
from schoolgate.school.purchasing.deciding import send_again
from schoolgate.school.purchasing.models import Order


def send_now(order: Order) -> Order:
    """Send an order that waits to be sent, or one that may have arrived once more; the order as it is afterwards.

    Later tries are left to the site. Raises OrderRefused.
    """
    job = send_again(order, by=None)
    open_now = Q(state=State.RUNNING) | Q(state=State.READY, run_at__lte=Now())
    # Orders of a service go one after the other.
    for _ in watch(Job.objects.filter(open_now, pk=job.pk), slots=1):
        pass
    return Order.objects.select_related("supplier", "raised_by", "authorised_by").get(pk=order.pk)
