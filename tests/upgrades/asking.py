"""Asks the application of a database, as DATABASE_URL names it: commands, and addresses as somebody opens them.

Reads questions from standard input as JSON: `["command", name, argument…]` or `["get", username, address]`. Writes as
many answers: `[exit code, what it said]` or `[status, type, body in base64]`. It is 14 December 2004, 11am, and the
clock runs.
"""

import base64
import io
import json
import sys

import django
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

NOW = "2004-12-14 11:00+00:00"


def run(name: str, *arguments: str) -> list:
    out = io.StringIO()
    try:
        call_command(name, *arguments, stdout=out)
    except SystemExit as ended:
        return [ended.code, out.getvalue()]
    except CommandError as error:
        return [error.returncode, f"{out.getvalue()}{error}"]
    return [0, out.getvalue()]


def get(username: str, address: str) -> list:
    client = Client(headers={"host": "127.0.0.1"})
    person = get_user_model().objects.get(username=username)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(address, follow=True)
    body = b"".join(answer) if answer.streaming else answer.content
    return [answer.status_code, answer["Content-Type"], base64.b64encode(body).decode()]


if __name__ == "__main__":
    with time_machine.travel(NOW):
        django.setup()
        asked = {"command": run, "get": get}
        answers = [asked[what](*rest) for what, *rest in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)
