"""`schoolgate SITE users`: who may use a site, and what beyond the role."""

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, limit_rows, print_json, print_rows


def users_of(site: str) -> click.Group:
    @click.group("users", help="Who may use this site.")
    def users() -> None:
        pass

    @users.command("list", help="All users.")
    @as_json
    @limit_rows
    @at_home(site)
    def list_users(as_json: bool, limit: int | None) -> None:
        from schoolgate.commons.accounts.models import User

        rows = [
            {"user": user.username, "name": user.name, "email": user.email, "role": user.role, "active": user.is_active}
            for user in User.objects.order_by("username")
        ]
        print_rows(rows, ["user", "name", "role", "active"], as_json=as_json, limit=limit, empty="No users yet.")

    @users.command("add", help="Add a user; prints the password once.")
    @click.argument("username")
    @click.option("--role", required=True, help="One of the site's roles.")
    @click.option("--name", default="", help="The person's name.")
    @click.option("--email", default="")
    @as_json
    @at_home(site)
    def add_user(username: str, role: str, name: str, email: str, as_json: bool) -> None:
        from django.conf import settings

        from schoolgate.commons.accounts.creating import UserExists, bound_roles, create_user
        from schoolgate.commons.accounts.models import MACHINE_ROLES
        from schoolgate.commons.accounts.passwords import make_password_text

        people = [known for known in settings.SCHOOLGATE_ROLES if known not in MACHINE_ROLES]
        if role not in people:
            raise WrongCall(f"'{role}' is no role of this site. Its roles: {', '.join(people)}.")
        if role in bound_roles():
            raise WrongCall(f"{bound_roles()[role]} See `schoolgate {site} portal`.")
        password = make_password_text()
        try:
            create_user(username, role, name=name, email=email, password=password, by=None)
        except UserExists:
            raise Failed(f"There is a user '{username}' already.") from None
        if as_json:
            print_json({"user": username, "password": password, "role": role})
        else:
            click.echo(f"{username} may sign in as {role} with the password (shown only now): {password}")

    @users.command("rights", help="Rights beyond a user's role; --give and --take change them.")
    @click.argument("username")
    @click.option("--give", multiple=True, metavar="RIGHT", help="Let the user do this too; as often as wanted.")
    @click.option("--take", multiple=True, metavar="RIGHT", help="From the next click on, no longer.")
    @as_json
    @at_home(site)
    def rights(username: str, give: tuple[str, ...], take: tuple[str, ...], as_json: bool) -> None:
        from schoolgate.commons.accounts.models import User
        from schoolgate.commons.accounts.rights import change_rights, known_rights

        if unknown := sorted({*give, *take} - known_rights().keys()):
            known = ", ".join(known_rights()) or "none"
            raise WrongCall(f"This site has no right '{unknown[0]}'. Its rights: {known}.")
        person = User.objects.filter(username=User.normalize_username(username)).first()
        if person is None:
            raise Failed(f"There is no user '{username}'. `schoolgate {site} users list` lists them.")
        if give or take:
            try:
                change_rights(person, {*person.rights, *give} - {*take}, by=None)
            except ValueError as error:
                raise Failed(str(error)) from None
        if as_json:
            print_json({"user": person.username, "rights": person.rights})
        else:
            click.echo(f"{person.username}: {', '.join(person.rights) or 'no right beyond the role'}.")

    return users
