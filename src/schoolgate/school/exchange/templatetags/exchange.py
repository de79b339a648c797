"""What the school's pages say in their own way."""

from django import template

from schoolgate.school.exchange.models import Correction
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire.correction_words import how_to_correct, item_words, why_not_taken

register = template.Library()

register.filter("naming_whom", naming_whom)
register.filter("item_words", item_words)
register.filter("why_not_taken", why_not_taken)


@register.filter("how_to_correct")
def how_to_correct_of(one: Correction) -> str:
    """What an office does about one thing to correct."""
    return how_to_correct(one.item, one.code)
