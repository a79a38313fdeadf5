"""The WSGI application; it doesn't start where a check finds a definition or a setting wrong."""

import os

from django.core.wsgi import get_wsgi_application

from .starting import checked

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieg4.settings")
application = checked(get_wsgi_application)
