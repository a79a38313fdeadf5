"""The application's settings as the tests run it: quick passwords, plain static files, a day in December 2004."""

import atexit
import gc
import os
import shutil
import tempfile

os.environ["DEBUG"] = "1"
os.environ["TODAY"] = "2004-12-08"

from ieg4.settings import *  # noqa: E402, F403

# Django keeps, and on SQLite asks the database to spell, every query of a connection while this is on.
DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# The collector looks over everything again and again that thousands of rows in memory add to: a fifth of the time.
gc.set_threshold(20_000, 20, 50)

# Nothing is collected for tests in process; the browser's server collects and serves as in production.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise")]  # noqa: F405

# What one worker has drawn, no other draws again. The first process of a run makes the folder and takes it away.
if "DRAWN_PARTS" not in os.environ:
    os.environ["DRAWN_PARTS"] = tempfile.mkdtemp(prefix="drawn-parts-")
    atexit.register(shutil.rmtree, os.environ["DRAWN_PARTS"], ignore_errors=True)
CACHES["parts"] = {  # noqa: F405
    "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
    "LOCATION": os.environ["DRAWN_PARTS"],
    "OPTIONS": {"MAX_ENTRIES": 5000},
}
