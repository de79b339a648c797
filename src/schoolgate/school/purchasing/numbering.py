"""Numbers of orders: the establishment's prefix, and numbers that go up by one."""

from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.school.purchasing.establishment import NEXT_ORDER, ORDER_PREFIX
from schoolgate.school.purchasing.models import Order


def next_order_number() -> str:
    """Take the next number. Call it in the transaction that makes the order: if that fails, the number is free again.

    Its row is held until then, so that of two orders made at once neither gets the other's, and none is left out.
    Numbers that are taken are passed over, as after the next number was set back.
    """
    StoredPreference.objects.get_or_create(name=NEXT_ORDER.name, defaults={"value": str(NEXT_ORDER.get())})
    kept = StoredPreference.objects.select_for_update().get(name=NEXT_ORDER.name)
    prefix, number = ORDER_PREFIX.get(), int(kept.value)
    while Order.objects.filter(number=f"{prefix}{number}").exists():
        number += 1
    # Not by the preference's own way: that is for people, and would fill the audit with every order.
    kept.value = str(number + 1)
    kept.save(update_fields=["value"])
    return f"{prefix}{number}"
