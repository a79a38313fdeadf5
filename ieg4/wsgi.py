"""The WSGI application; it refuses to start on a definition or setting that a check finds wrong."""

import io
import os
import sys

from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieg4.settings")
application = get_wsgi_application()
try:
    # A web server runs no checks of its own, unlike manage.py.
    call_command("check", databases=["default"], stdout=io.StringIO(), stderr=io.StringIO())
except SystemCheckError as error:
    sys.exit(str(error))
