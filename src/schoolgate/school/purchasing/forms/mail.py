"""Files that came by e-mail."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

MOST_FILES = 50


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """Each as a single one is cleaned."""
        return [super(FilesField, self).clean(one, initial) for one in data or [None]]


class MailForm(forms.Form):
    """Messages, or orders that somebody saved from messages."""

    upload = FilesField(
        label="Files",
        help_text=f"Messages saved as .eml, or orders saved as .xml. Choose up to {MOST_FILES}, or drop them here.",
        error_messages={"required": "Choose a file first.", "missing": "Choose a file first."},
        widget=FilesInput(attrs={"multiple": True, "accept": ".eml,.xml,message/rfc822,text/xml,application/xml"}),
        allow_empty_file=True,
    )

    def clean_upload(self) -> "list[UploadedFile[Any]]":
        """Not more than are read while somebody waits."""
        files: list[UploadedFile[Any]] = self.cleaned_data["upload"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"These are {len(files)} files: choose {MOST_FILES} at most.")
        return files
