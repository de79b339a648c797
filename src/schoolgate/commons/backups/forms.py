from pathlib import Path

from django import forms
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.backups.letting_go import KEEP_DAYS
from schoolgate.commons.backups.scheduling import FOLDER, USUALLY_AT, NoFolder, set_backups, when_to_back_up


class BackupsForm(forms.Form):
    """Where backups are made to, when, and for how long they are kept."""

    folder = forms.CharField(
        label="Folder",
        max_length=400,
        help_text="On another disk or machine than the site’s own, and for this site alone. It is made if need be.",
    )
    at = forms.TimeField(
        label="Every day at",
        required=False,
        help_text="London time, such as 02:30. Leave it empty to make backups by hand alone.",
        widget=forms.TimeInput(format="%H:%M"),
    )
    keep_days = forms.IntegerField(
        label="Keep them for so many days",
        min_value=0,
        max_value=3650,
        help_text="Backups hold what was erased and let go since they were made. 0 keeps them for ever.",
    )

    @classmethod
    def as_it_is(cls) -> "BackupsForm":
        """The form with what is set now; before anything is, with what most will want."""
        rule = when_to_back_up()
        at = rule.at if rule else None if FOLDER.get() else USUALLY_AT
        return cls(initial={"folder": FOLDER.get(), "at": at, "keep_days": KEEP_DAYS.get()})

    def save(self, *, by: User, request: HttpRequest) -> bool:
        """Set it; false where the folder cannot be used: then the form says why."""
        try:
            set_backups(Path(self.cleaned_data["folder"]), self.cleaned_data["at"], by=by, request=request)
        except NoFolder as error:
            self.add_error("folder", str(error))
            return False
        KEEP_DAYS.set(self.cleaned_data["keep_days"], by=by, request=request)
        return True
