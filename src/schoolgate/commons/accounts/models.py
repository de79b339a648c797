"""People and programs that may use a site, the passwords they had, and the links that let them choose one."""

import unicodedata
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from schoolgate.commons.accounts.hashing import is_made_up

ADMINISTRATOR = "administrator"
MACHINE_ROLES = frozenset({"exchange account", "buyer account"})
"""Programs: a school's, that sends to an authority, and a school's finance system, that calls a supplier."""
LONGEST_USER_NAME = 150
NAME_TAKEN = "There is a user with this name already."

user_name_letters = RegexValidator(
    r"^[\w.@+-]+\Z", "A user name is made of letters, digits and the signs . @ + - _ only."
)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> Self:
        """Administrators see everyone, others only themselves; what is left out does not exist for them."""
        if not user.is_authenticated:
            return self.none()
        return self if user.role == ADMINISTRATOR else self.filter(pk=user.pk)

    def people(self) -> Self:
        return self.exclude(role__in=MACHINE_ROLES)

    def active_administrators(self) -> Self:
        return self.filter(role=ADMINISTRATOR, is_active=True)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Finds a user by name without regard to case, as every door must."""

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(username=User.normalize_username(username or ""))
        return user


class User(AbstractBaseUser):
    """One person, or one school's program. User names are kept in lower case, so case never tells two apart.

    `rights` names what the user may do beyond the role (`rights`).
    """

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    username = models.CharField(
        "user name",
        max_length=LONGEST_USER_NAME,
        unique=True,
        validators=[user_name_letters],
        error_messages={"unique": NAME_TAKEN},
    )
    name = models.CharField("name", max_length=150, blank=True)
    email = models.EmailField("e-mail", blank=True)
    role = models.CharField("role", max_length=40)
    rights: Any = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField("active", default=True)
    password_set_at = models.DateTimeField("password set", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name or self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """The form in which user names are kept and compared: NFKC, lower case, nothing a database cannot hold."""
        # NFKC may make eighteen signs of one, and anybody may send megabytes.
        text = username.strip()[: 4 * LONGEST_USER_NAME].encode("utf-8", "replace").decode("utf-8").replace("\0", "")
        return unicodedata.normalize("NFKC", text.strip()).lower()[:LONGEST_USER_NAME]

    def clean(self) -> None:
        self.username = self.normalize_username(self.username)

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the user's password. One that was made up keeps its quick hash (ADR 13).

        A wrong one takes as long as with the slow hash: nobody learns from the time which users there are.
        """
        if not is_made_up(self.password):
            return super().check_password(raw_password)
        right = check_password(raw_password, self.password)
        if not right:
            make_password(raw_password)
        return right

    @property
    def is_machine(self) -> bool:
        """Whether this is a school's program: it comes in by an API only, never to screens."""
        return self.role in MACHINE_ROLES

    def has_right(self, name: str) -> bool:
        """Whether this person was given the right (`rights`): no role brings one, and no program has any."""
        return name in self.rights and not self.is_machine

    @property
    def state(self) -> str:
        """In words: active, invited (has not chosen a password yet) or switched off."""
        if not self.is_active:
            return "switched off"
        return "active" if self.has_usable_password() else "invited"


class PastPassword(models.Model):
    """A password a user has or had, hashed: the last ten may not come back. The newest is the present one."""

    user = models.ForeignKey(User, models.CASCADE, related_name="past_passwords")
    hashed = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-set_at", "-id")

    def __repr__(self) -> str:
        return f"<PastPassword of {self.user_id}>"


class FormerPassword(models.Model):
    """The password before the present one, which a program may go on using until it has used the new one once.

    So a program whose answer got lost while it changed its password is never locked out (DESIGN 8).
    `next_password_mark` is a keyed digest of the password it was changed to: when somebody sets yet another one, the
    mark no longer fits and the former password is dead.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    hashed = models.CharField(max_length=256)
    next_password_mark = models.CharField(max_length=128)
    until = models.DateTimeField()


class SingleUseLink(models.Model):
    """A link that lets its holder choose a password once. Only the digest of its secret part is kept."""

    class Purpose(models.TextChoices):
        FIRST_ADMINISTRATOR = "first-administrator", "become the first administrator"
        INVITATION = "invitation", "invitation"
        RESET = "reset", "new password"

    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="single_use_links"
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
