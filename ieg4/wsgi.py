"""The WSGI application; it refuses to start on a definition or setting that a check finds wrong."""

import os

from django.core.wsgi import get_wsgi_application

from .starting import checked

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieg4.settings")
application = checked(get_wsgi_application)
