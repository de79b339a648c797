from django.urls import path

from schoolgate.authority.collection.views import codes, connections, quarantine, runs, tasks, terms

urlpatterns = [
    path("collection/", tasks.tasks, name="tasks"),
    path("collection/add", tasks.add, name="add-task"),
    path("collection/<int:pk>", tasks.task, name="task"),
    path("collection/<int:pk>/edit", tasks.edit, name="edit-task"),
    path("collection/<int:pk>/clone", tasks.clone, name="clone-task"),
    path("collection/<int:pk>/switch", tasks.switch, name="switch-task"),
    path("collection/<int:pk>/run", tasks.run_now, name="run-task"),
    path("collection/<int:pk>/delete", tasks.delete, name="delete-task"),
    path("collection/terms/", terms.terms, name="terms"),
    path("collection/terms/<int:pk>/remove", terms.remove_term, name="remove-term"),
    path("collection/log/", runs.task_log, name="task-log"),
    path("collection/log/<int:pk>", runs.one_run, name="collection-run"),
    path("collection/log/<int:pk>/again", runs.run_again, name="run-again"),
    path("collection/log/<int:pk>/cancel", runs.cancel_run, name="cancel-run"),
    path("collection/quarantine/", quarantine.piles, name="held-back"),
    path("collection/quarantine/rows", quarantine.rows, name="held-back-rows"),
    path("collection/quarantine/decide", quarantine.decide, name="decide-held-back"),
    path("collection/quarantine/rows/<int:pk>", quarantine.row, name="held-back-row"),
    path("collection/codes/", codes.codes, name="attendance-codes"),
    path("collection/codes/<int:pk>", codes.code_meaning, name="code-meaning"),
    path("collection/systems/", connections.school_systems, name="school-systems"),
    path("collection/systems/<slug:connector>", connections.system_options, name="system-options"),
    path("bases/<int:pk>/system", connections.base_system, name="base-system"),
    path("bases/<int:pk>/settings/<slug:connector>", connections.connection, name="base-connection"),
    path("bases/<int:pk>/settings/<slug:connector>/test", connections.test_connection, name="test-connection"),
    path("bases/<int:pk>/settings/<slug:connector>/remove", connections.forget_connection, name="forget-connection"),
]
