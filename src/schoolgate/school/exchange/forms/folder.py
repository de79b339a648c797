"""The root folder, and what belongs to the site as a whole."""

from pathlib import Path

from django import forms

from schoolgate.school.exchange.preferences import EXPIRY_NOTICE_DAYS, ROOT_FOLDER, SCHOOL_NAME, SETTLE_SECONDS


class SiteForm(forms.Form):
    """The school's own settings. `confirmed`: the person was told what a change of the root folder means."""

    school_name = forms.CharField(
        label="Name of the school", required=False, max_length=150, help_text="It stands at the top of every page."
    )
    root_folder = forms.CharField(
        label="Root folder",
        max_length=500,
        help_text="In it each LA gets a folder with Files Not Exported and Files Exported.",
    )
    make_folder = forms.BooleanField(label="Make this folder if there is none", required=False)
    settle_seconds = forms.IntegerField(
        label="Seconds a file must stay as it is before it is taken", min_value=SETTLE_SECONDS.minimum, max_value=3600
    )
    expiry_notice_days = forms.IntegerField(
        label="Days before a password for an LA ends that the first page says so",
        min_value=EXPIRY_NOTICE_DAYS.minimum,
        max_value=90,
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @classmethod
    def as_it_is(cls) -> "SiteForm":
        """The form with what is set now."""
        return cls(
            initial={
                "school_name": SCHOOL_NAME.get(),
                "root_folder": ROOT_FOLDER.get(),
                "settle_seconds": SETTLE_SECONDS.get(),
                "expiry_notice_days": EXPIRY_NOTICE_DAYS.get(),
            }
        )

    def clean_root_folder(self) -> Path:
        return Path(self.cleaned_data["root_folder"].strip())
