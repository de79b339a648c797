"""Making users, and changing what they may do."""

from collections.abc import Mapping

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import ADMINISTRATOR, User
from schoolgate.commons.accounts.passwords import change_password
from schoolgate.commons.audit.recording import record


class UserExists(Exception):
    """There is a user with this name already."""


class LastAdministrator(Exception):
    """The site's only active administrator can neither be switched off nor get another role."""


class BoundRole(Exception):
    """The role comes with something else than the user (`bound_roles`); the message says where it is given."""


def bound_roles() -> Mapping[str, str]:
    """This site's roles that mean nothing by themselves, each with a sentence that says where they are given.

    Who has such a role keeps it, and nobody else gets it.
    """
    bound: Mapping[str, str] = getattr(settings, "SCHOOLGATE_BOUND_ROLES", {})
    return bound


def create_user(
    username: str,
    role: str,
    *,
    name: str = "",
    email: str = "",
    password: str | None = None,
    by: User | None = None,
    request: HttpRequest | None = None,
) -> User:
    """Make a user; without a password it is invited: nobody can sign in until a single-use link was used.

    Raises UserExists, and ValidationError for a user name, e-mail or password that breaks its rules.
    """
    if role not in settings.SCHOOLGATE_ROLES:
        raise ValueError(f"This site has no role '{role}'.")
    user = User(username=User.normalize_username(username), role=role, name=name, email=email)
    user.set_unusable_password()
    user.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            record("user added", by=by, target=user.username, details=role, request=request)
            if password is not None:
                change_password(user, password, by=by, request=request)
    except IntegrityError:
        raise UserExists(f"There is a user '{user.username}' already.") from None
    return user


def change_role(user: User, role: str, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Give a user another role of this site; in force at the next click. Raises LastAdministrator and BoundRole."""
    if role not in settings.SCHOOLGATE_ROLES:
        raise ValueError(f"This site has no role '{role}'.")
    if elsewhere := next((bound_roles()[one] for one in (user.role, role) if one in bound_roles()), ""):
        raise BoundRole(elsewhere)
    with transaction.atomic():
        if role != ADMINISTRATOR:
            _require_another_administrator(user)
        before, user.role = user.role, role
        user.save(update_fields=["role"])
        record("role changed", by=by, target=user.username, details=f"{before} → {role}", request=request)


def switch_off(user: User, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Keep a user out from the next click on; what the user did stays on record. Raises LastAdministrator."""
    with transaction.atomic():
        _require_another_administrator(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        record("user switched off", by=by, target=user.username, request=request)


def switch_on(user: User, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Let a user who was switched off in again, with the password and role of before."""
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        record("user switched on", by=by, target=user.username, request=request)


def _require_another_administrator(user: User) -> None:
    """The rows are locked, so that two administrators cannot switch each other off at the same moment."""
    administrators = {known.pk for known in User.objects.active_administrators().select_for_update()}
    if administrators == {user.pk}:
        raise LastAdministrator("This is the only active administrator. Make somebody else an administrator first.")
