"""What the school's pages say in their own way."""

from django import template

from schoolgate.school.exchange.whom_to_ask import naming_whom

register = template.Library()

register.filter("naming_whom", naming_whom)
