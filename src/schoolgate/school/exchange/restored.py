"""What is to be checked of files once a school's site was put back from a backup.

Files agree again by themselves: what waited then is offered to the LA again, which knows it and says so; what an LA
still offers is found in *Files Imported*. What nobody can know is what only this site knew.
"""

from schoolgate.commons.backups.restored import to_check

to_check(
    "Files that were sent in that time lie in Files Exported with their receipts, but do not stand in the list of "
    "files.",
    "transfers",
)
to_check(
    "Where a password for an LA was changed in that time, the one from before is here again: test each connection.",
    "las",
)
