#!/usr/bin/env python
"""The application's command line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """The command is run. A refused setting, or a database that doesn't answer, ends it with one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieg4.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"Not started. {error}")
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        problem = " ".join(str(error).split()).rstrip(".")
        sys.exit(
            f"The database can’t be used: {problem}. If it was never set up, run manage.py migrate first."
        )


if __name__ == "__main__":
    main()
