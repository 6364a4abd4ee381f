"""Settings of the example: PostgreSQL where RECORDS_DATABASE names one, else SQLite."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

BASE_DIR = Path(__file__).parent
SECRET_KEY = "of the example only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "sha_disclosure.integrations.django",
    "records",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

FILE = Path(os.environ.get("RECORDS_FILE", BASE_DIR / "records.sqlite"))


def database(number: int) -> dict[str, object]:
    """Return the first or the second database: a system may have several."""
    url = urlsplit(os.environ.get("RECORDS_DATABASE", ""))
    if not url.scheme:
        name = FILE.with_stem(f"{FILE.stem}{number}")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE"},
            "TEST": {"NAME": name.with_stem(f"{name.stem}-test")},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": f"{url.path[1:]}{number or ''}",
        "USER": url.username or "",
        "PASSWORD": url.password or "",
        "HOST": dict(parse_qsl(url.query)).get("host", url.hostname or ""),
        "PORT": url.port or "",
    }


DATABASES = {"default": database(0), "other": database(2)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEST_RUNNER = "records.runner.SandboxRunner"

SHA_DISCLOSURE = {"SETTINGS": os.environ.get("SHA_DISCLOSURE_SETTINGS", "sha-disclosure.toml")}
