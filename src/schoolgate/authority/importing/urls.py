from django.urls import path

from schoolgate.authority.importing.views.address_list import (
    address_list,
    addresses_not_found,
    addresses_without_list,
    answer_address_list,
    load_address_list,
)
from schoolgate.authority.importing.views.base_rules import base_rules
from schoolgate.authority.importing.views.by_hand import change
from schoolgate.authority.importing.views.conflicts import conflicts
from schoolgate.authority.importing.views.decide_many import decide_many_page
from schoolgate.authority.importing.views.decisions import decision, decisions
from schoolgate.authority.importing.views.first_load import (
    discard_first,
    first_load,
    first_load_file,
    first_load_rows,
    load_first,
    schools_without_base,
    try_first_again,
)
from schoolgate.authority.importing.views.incoming import incoming
from schoolgate.authority.importing.views.merge_pupils import merge_pupils
from schoolgate.authority.importing.views.possible_duplicates import possible_duplicates
from schoolgate.authority.importing.views.pupil_conflicts import assign_pupil, note_on_pupil, pupil_conflicts
from schoolgate.authority.importing.views.rule_sets import (
    copy_rule_set,
    delete_rule_set,
    rule_set,
    rule_sets,
    rules_effect,
    rules_of_new_bases,
)
from schoolgate.authority.importing.views.system_defaults import system_defaults
from schoolgate.authority.importing.views.undoing import left_behind, undo
from schoolgate.authority.importing.views.unmatched import unmatched
from schoolgate.authority.importing.views.unmatched_record import assign_unmatched, unmatch_pupil, unmatched_record

urlpatterns = [
    path("incoming/unmatched/", unmatched, name="unmatched"),
    path("incoming/unmatched/<int:pk>/", unmatched_record, name="unmatched-record"),
    path("incoming/unmatched/<int:pk>/assign/", assign_unmatched, name="assign-unmatched"),
    path("pupils/<int:pk>/at/<int:enrolment>/unmatch/", unmatch_pupil, name="unmatch"),
    path("incoming/", incoming, name="incoming"),
    path("incoming/conflicts/", conflicts, name="conflicts"),
    path("incoming/conflicts/many/", decide_many_page, name="decide-many"),
    path("incoming/conflicts/pupils/<int:pk>/", pupil_conflicts, name="pupil-conflicts"),
    path("incoming/pupils/<int:pk>/assign/", assign_pupil, name="assign-pupil"),
    path("incoming/pupils/<int:pk>/note/", note_on_pupil, name="note-on-pupil"),
    path("incoming/duplicates/", possible_duplicates, name="possible-duplicates"),
    path("pupils/<int:keep>/merge/<int:gone>/", merge_pupils, name="merge-pupils"),
    path("incoming/decisions/", decisions, name="decisions"),
    path("incoming/decisions/<int:pk>/", decision, name="decision"),
    path("rules/", rule_sets, name="rule-sets"),
    path("rules/new-bases/", rules_of_new_bases, name="rules-of-new-bases"),
    path("rules/bases/", base_rules, name="base-rules"),
    path("rules/effect/<int:pk>/", rules_effect, name="rules-effect"),
    path("rules/<int:pk>/", rule_set, name="rule-set"),
    path("rules/<int:pk>/copy/", copy_rule_set, name="copy-rule-set"),
    path("rules/<int:pk>/delete/", delete_rule_set, name="delete-rule-set"),
    path("pupils/<int:pk>/change/<slug:group>/<slug:item>", change, name="change-value"),
    path("pupils/<int:pk>/at/<int:enrolment>/change/<slug:group>/<slug:item>", change, name="change-value-at"),
    path("imports/<int:pk>/undo", undo, name="undo-import"),
    path("imports/<int:pk>/undo/left", left_behind, name="left-by-undo"),
    path("administration/system-defaults/", system_defaults, name="system-defaults"),
    path("administration/first-load/", first_load, name="first-load"),
    path("administration/first-load/<int:pk>/", first_load_file, name="first-load-file"),
    path("administration/first-load/<int:pk>/rows/", first_load_rows, name="first-load-rows"),
    path("administration/first-load/<int:pk>/schools/", schools_without_base, name="schools-without-base"),
    path("administration/first-load/<int:pk>/load/", load_first, name="load-first"),
    path("administration/first-load/<int:pk>/try/", try_first_again, name="try-first-again"),
    path("administration/first-load/<int:pk>/discard/", discard_first, name="discard-first"),
    path("administration/address-list/", address_list, name="address-list"),
    path("administration/address-list/load/", load_address_list, name="load-address-list"),
    path("administration/address-list/<int:pk>/answer/", answer_address_list, name="answer-address-list"),
    path("administration/address-list/none/", addresses_without_list, name="addresses-without-list"),
    path("administration/address-list/not-found/", addresses_not_found, name="addresses-not-found"),
]
