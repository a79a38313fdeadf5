"""Settings. Whatever differs between installations comes from the environment.

A value that would be unsafe or can't be read stops every command and the server with one sentence that names the
setting, what is wrong and what to set instead.
"""

import contextlib
import datetime
import os
import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"

env = environ.Env()


def _development_key() -> str:
    """This machine's own secret key, made once and kept out of the repository."""
    path = VAR / "secret-key"
    if not path.exists():
        VAR.mkdir(exist_ok=True)
        # Several processes may be the first at once: each sees the whole key of one of them.
        with tempfile.NamedTemporaryFile("w", dir=VAR) as new:
            new.write(get_random_secret_key())
            new.flush()
            with contextlib.suppress(FileExistsError):
                os.link(new.name, path)
    return path.read_text()


DEBUG = env.bool("DEBUG", default=False)
# An installation to try the application in, with invented councils and a day of one's choice.
DEMO = env.bool("DEMO", default=DEBUG)

# Not by `env`, which would take a key that begins with $ for the name of another variable.
SECRET_KEY = os.environ.get("SECRET_KEY", "") or (_development_key() if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set, so sessions could be forged. Set it to a long random text, "
        "or set DEBUG=1 to try the application on this machine."
    )
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("django-insecure-"):
    raise ImproperlyConfigured(
        "SECRET_KEY can be guessed: it has fewer than 50 characters, fewer than 10 different ones, or begins with "
        "“django-insecure-”. Set it to the text that this prints: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = [
    host.strip() for host in env.list("ALLOWED_HOSTS", default=LOOPBACK if DEBUG else []) if host.strip()
]
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS names no host, or every host. Set it to the names this site is reached by, "
        "such as ieg4.example.gov.uk."
    )
for _host in ALLOWED_HOSTS:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]", _host, re.IGNORECASE):
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS contains “{_host}”, which is not the full name of one host. Set it to the names this "
            "site is reached by, such as ieg4.example.gov.uk, without a dot in front, a port or https://."
        )
if DEBUG and not set(ALLOWED_HOSTS) <= set(LOOPBACK):
    raise ImproperlyConfigured(
        "DEBUG=1 shows visitors program code and settings, and ALLOWED_HOSTS names a host that others can reach. "
        "Take DEBUG out, or allow no host but 127.0.0.1 and localhost."
    )
# Without HTTPS a password crosses the network in clear, so it may be off on this machine alone.
HTTPS = env.bool("HTTPS", default=not DEBUG)
if not HTTPS and not DEBUG and not set(ALLOWED_HOSTS) <= set(LOOPBACK):
    raise ImproperlyConfigured(
        "HTTPS=0 is for trying the application on this machine. Take it out, or allow no other host."
    )

# A day to begin from instead of the real one, so that the demonstration councils live in December 2004.
_today = env.str("TODAY", default="")
try:
    TODAY = datetime.date.fromisoformat(_today) if _today else None
except ValueError:
    raise ImproperlyConfigured(
        f"TODAY is “{_today}”, which is not a day. Set it to a day such as 2004-12-08, or take it out."
    ) from None
if TODAY and not DEMO:
    raise ImproperlyConfigured(
        "TODAY changes the day that every deadline and delegation is judged by. Take it out, "
        "or set DEMO=1 as well if this installation is a demonstration."
    )
STARTED = datetime.datetime.now(datetime.UTC)

INSTALLED_APPS = [
    "ieg4",
    "outcomes",
    "efficiency",
    "returns",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_forms_gds",
    "csp",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "ieg4.middleware.BrowserMethodsMiddleware",
    "ieg4.middleware.PrivatePagesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ieg4.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ieg4.middleware.UnsavedMiddleware",
    "axes.middleware.AxesMiddleware",
    "ieg4.middleware.DamagedCopyMiddleware",
]

ROOT_URLCONF = "ieg4.urls"
WSGI_APPLICATION = "ieg4.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ieg4.signin.session.signed_in_until",
            ],
            "builtins": ["ieg4.templatetags.posting"],
        },
    }
]
# Templates of the project come before those of the form pack, whose labels are printed unescaped.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")
CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"


def _database() -> dict:
    """What DATABASE_URL names, as Django wants it; SQLite in this project's folder if it is not set."""
    url = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR / 'ieg4.sqlite3'}"
    found = {}
    with contextlib.suppress(ValueError):
        scheme, place, *_ = urlsplit(url)
        if scheme in ("postgres", "postgresql") or (scheme == "sqlite" and not place):
            found = environ.Env.db_url_config(url)
    # With too few slashes SQLite would keep everything in memory, and lose it at each restart.
    if found.get("NAME", "") in ("", ":memory:"):
        raise ImproperlyConfigured(
            "DATABASE_URL is not the address of an SQLite or PostgreSQL database. Set it to "
            "sqlite:////folder/file.sqlite3 or postgres://user:password@host:5432/name, each special character of "
            "the password written as % and its code."
        )
    return found


DATABASES = {"default": _database()}
DATABASES["default"]["CONN_MAX_AGE"] = 60
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR.mkdir(exist_ok=True)
    # IMMEDIATE: a writer waits for its turn instead of being refused half-way; FULL survives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=67108864;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Options in the address itself, such as sslmode, take precedence.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "options": "-c lock_timeout=20s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s",
    } | DATABASES["default"].get("OPTIONS", {})
# Recently rendered parts of documents; each process has its own cache. A part is about 50 kilobytes.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "parts": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "parts",
        "TIMEOUT": 60 * 60,
        "OPTIONS": {"MAX_ENTRIES": 120},
    },
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "returns.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# Five wrong passwords make one account wait a minute. Nobody is shut out for longer, so that a guesser
# can't keep an officer from the return on the last day; the address alone never locks, since a whole
# council may share one.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = datetime.timedelta(minutes=1)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "ieg4.signin.views.too_many_tries"
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # it wants locking by address, which is rejected above

SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-ieg4-session" if HTTPS else "ieg4-session"
CSRF_COOKIE_NAME = "__Host-ieg4-csrf" if HTTPS else "ieg4-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "ieg4.signin.views.form_not_ours"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# One page of a form: the quick grid posts two fields for each of its 288 ratings.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# More than a form of LIMIT characters needs in any alphabet; a longer one is given back.
DATA_UPLOAD_MAX_MEMORY_SIZE = 6_000_000

# Mail is queued with the act that it tells of and sent by `send_mail`; links in it begin with this address.
try:
    vars().update(env.email_url_config(env.str("EMAIL_URL", default="") or "consolemail://"))
except (ImproperlyConfigured, ValueError):
    raise ImproperlyConfigured(
        "EMAIL_URL is not the address of a mail server. Set it to one such as smtp://user:password@host:25 "
        "or smtp+tls://user:password@host:587."
    ) from None


def _site_url() -> str:
    """What links in mail begin with, without a slash at the end."""
    url = env.str("SITE_URL", default="") or f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0]}"
    if not re.fullmatch(r"https?://[^\s/?#]+/?", url):
        raise ImproperlyConfigured(
            f"SITE_URL is “{url}”, which links in mail can’t begin with. Set it to the address of this site, "
            "such as https://ieg4.example.gov.uk."
        )
    return url.rstrip("/")


SITE_URL = _site_url()
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default=f"ieg4@{ALLOWED_HOSTS[0]}")

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [("", BASE_DIR / "static")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
