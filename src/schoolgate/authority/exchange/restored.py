"""What is to be checked once an authority's site was put back from a backup.

Files agree again by themselves: schools whose program still has a file and its receipt ask for it and send it again,
and what is collected is collected from where the backup had got to. What people did here comes by no file.
"""

from schoolgate.commons.backups.restored import to_check

to_check(
    "Whose whereabouts must not leak since that time is shown again here, and sent to schools: restrict these pupils "
    "anew before anything else. Colleagues who may see restricted pupils know who they are.",
    "restricted",
)
to_check("What people decided, entered and matched in that time is to be done again.", "conflicts")
to_check("Whoever was erased in that time is here again, and is to be erased anew.", "pupils")
to_check(
    "Schools send their files of that time again by themselves, when their program next calls. A file that was put "
    "into the School Portal by hand does not come again: ask for it.",
    "received-files",
)
to_check(
    "Where a school’s program changed its password in that time, only the one from before is known here: schools whose "
    "program is refused need a new one.",
    "bases",
)
