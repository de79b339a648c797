from django.urls import path

from schoolgate.commons.jobs import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/queue/", views.queue, name="job-queue"),
    path("jobs/<int:job_id>/", views.job, name="job"),
    path("jobs/<int:job_id>/cancel/", views.cancel_job, name="cancel-job"),
    path("jobs/<int:job_id>/start-again/", views.start_job_again, name="start-job-again"),
]
