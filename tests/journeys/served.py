"""The application's settings as it is served, but for a folder of static files of the tests' own."""

import os

from ieg4.settings import *  # noqa: F403

STATIC_ROOT = os.environ["STATIC_ROOT"]
