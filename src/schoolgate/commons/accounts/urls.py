from django.urls import path

from schoolgate.commons.accounts import account_views, user_views

urlpatterns = [
    path("sign-in/", account_views.sign_in, name="sign-in"),
    path("sign-out/", account_views.sign_out, name="sign-out"),
    path("set-password/<str:token>/", account_views.set_password, name="set-password"),
    path("my-account/", account_views.my_account, name="my-account"),
    path("my-account/password/", account_views.change_own_password, name="change-own-password"),
    path("users/", user_views.users, name="users"),
    path("users/invite/", user_views.invite_user, name="invite-user"),
    path("users/<int:user_id>/", user_views.user, name="user"),
    path("users/<int:user_id>/rights/", user_views.user_rights, name="user-rights"),
    path("users/<int:user_id>/link/", user_views.make_user_link, name="user-link"),
    path("users/<int:user_id>/switch/", user_views.switch_user, name="switch-user"),
]
