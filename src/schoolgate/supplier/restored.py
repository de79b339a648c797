"""What is to be checked once a supplier's site was put back from a backup."""

from schoolgate.commons.backups.restored import to_check

to_check(
    "Orders that schools sent in that time are not here, and the schools do not send them again: webhooks, programs "
    "and mails may have passed them on.",
    "orders",
)
to_check(
    "Documents that schools took in that time wait for them again; those put in by hand are missing.",
    "queue",
)
