"""Eight threads of a new process read the proforma at the same moment: `python -m tests.concurrency.first_read`."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec

THREADS = 8


def main(arguments: list[str]) -> None:
    if arguments == ["--without-guard"]:
        # What a decoder is made of is then found out by whoever decodes first.
        msgspec.json.Decoder = Late
    from returns.proforma import schema

    sys.setswitchinterval(1e-6)
    barrier = threading.Barrier(THREADS, timeout=30)

    def first() -> str:
        barrier.wait()
        return schema.read(schema.FOLDER / "ieg4.json").key

    with ThreadPoolExecutor(THREADS) as pool:
        read = [pool.submit(first) for _ in range(THREADS)]
    print(*(each.result() for each in read))  # noqa: T201


class Late:
    def __init__(self, type_):
        self.decode = partial(msgspec.json.decode, type=type_)


if __name__ == "__main__":
    main(sys.argv[1:])
