"""Addresses of the School Portal: each names its school."""

from django.urls import path

from schoolgate.authority.school_portal.views import configure, people, settings, task_log, task_steps, tasks, tiles

urlpatterns = [
    path("portal/", tiles.first_page, name="portal"),
    path("portal/<int:school>/", tiles.tiles, name="portal-tiles"),
    path("portal/<int:school>/people/", people.people, name="portal-people"),
    path("portal/<int:school>/people/invite", people.invite_colleague, name="portal-invite"),
    path("portal/<int:school>/people/<int:person>/link", people.link_for_colleague, name="portal-link"),
    path("portal/<int:school>/people/<int:person>/remove", people.remove_colleague, name="portal-remove"),
    path("portal/<int:school>/tasks/", tasks.tasks, name="portal-tasks"),
    path("portal/<int:school>/tasks/add", tasks.add, name="portal-add-task"),
    path("portal/<int:school>/tasks/configure", configure.configure, name="portal-configure"),
    path("portal/<int:school>/tasks/log/", task_log.task_log, name="portal-task-log"),
    path("portal/<int:school>/tasks/log/<int:pk>", task_log.one_run, name="portal-run"),
    path("portal/<int:school>/tasks/<int:pk>", tasks.task, name="portal-task"),
    path("portal/<int:school>/tasks/<int:pk>/edit", tasks.edit, name="portal-edit-task"),
    path("portal/<int:school>/tasks/<int:pk>/clone", task_steps.clone, name="portal-clone-task"),
    path("portal/<int:school>/tasks/<int:pk>/switch", task_steps.switch, name="portal-switch-task"),
    path("portal/<int:school>/tasks/<int:pk>/run", task_steps.run_now, name="portal-run-task"),
    path("portal/<int:school>/tasks/<int:pk>/delete", task_steps.delete, name="portal-delete-task"),
    path("portal/<int:school>/tasks/<int:pk>/lock", configure.lock_one, name="portal-lock-task"),
    path("portal/<int:school>/tasks/<int:pk>/unlock", configure.unlock_one, name="portal-unlock-task"),
    path("portal/<int:school>/tasks/<int:pk>/ask", task_steps.ask_for, name="portal-ask-for-task"),
    path("portal/<int:school>/tasks/<int:pk>/take-over", task_steps.take_over, name="portal-take-over-task"),
    path("portal/<int:school>/tasks/<int:pk>/give-back", task_steps.give_back, name="portal-give-back-task"),
    path("portal/<int:school>/connection/", settings.connection, name="portal-connection"),
    path("portal/<int:school>/connection/<slug:connector>", settings.settings, name="portal-settings"),
    path("portal/<int:school>/connection/<slug:connector>/test", settings.test_settings, name="portal-test-settings"),
    path("bases/<int:pk>/portal/invite", people.invite_to_portal, name="invite-to-portal"),
    path("bases/<int:pk>/portal/tell", people.tell, name="tell-school"),
    path("bases/<int:pk>/portal/<int:person>/link", people.link_to_portal, name="link-to-portal"),
    path("bases/<int:pk>/portal/<int:person>/remove", people.remove_from_portal, name="remove-from-portal"),
]
