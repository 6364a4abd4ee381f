"""The pages of the example."""

from django.contrib import admin
from django.urls import path
from records.views import disclose

from sha_disclosure.integrations.django.views import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("disclose/", disclose),
    path("health/", health),
]
