"""What a document might make its child process try; each returns bytes when it is let."""

import os
import socket
import subprocess
import sys
from pathlib import Path


def read_a_file() -> bytes:
    return Path("/etc/passwd").read_bytes()


def read_the_database_folder() -> bytes:
    return b"".join(each.name.encode() for each in os.scandir("/etc"))[:9] and Path("/etc/hosts").read_bytes()


def climb_out_of_the_packaged_files() -> bytes:
    root = Path(__file__).resolve().parents[2] / "static"
    return Path(f"{root}/../README.md").read_bytes()


def write_a_file() -> bytes:
    Path(f"{sys.prefix}/mischief-{os.getpid()}").write_bytes(b"x")
    return b"written"


def open_a_connection() -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM):
        return b"opened"


def start_a_program() -> bytes:
    return subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True).stdout


def end_another_process() -> bytes:
    os.kill(os.getppid(), 0)
    return b"sent"


def tell_the_environment() -> bytes:
    return repr(sorted(os.environ)).encode()


def never_end() -> bytes:
    while True:
        pass


def sleep_for_ever() -> bytes:
    import threading

    threading.Event().wait()
    return b""


def take_all_memory() -> bytes:
    return bytes(8 * 1024**3)


def return_too_much() -> bytes:
    return bytes(3 * 1024**2)


def die() -> bytes:
    os._exit(3)


def fail() -> bytes:
    raise KeyError("unforeseen")


def think() -> bytes:
    return b"thought"
