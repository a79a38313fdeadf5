"""How the cost of work grows with its input; a square is told from a line with a wide margin."""

import time
from collections.abc import Callable

TIMES = 4
LINE = 9  # four times the input costs a line 4 times as much, and a square 16 times
TRIFLE = 0.001  # seconds; less is mostly noise


def growth(work: Callable[[str], object], text_of: Callable[[int], str], size: int) -> float:
    """How many times as much four times the input costs, in the shortest processor time of a few tries."""
    return _cost(work, text_of(TIMES * size)) / max(_cost(work, text_of(size)), TRIFLE)


def _cost(work: Callable[[str], object], text: str) -> float:
    return min(_once(work, text) for _ in range(4))


def _once(work: Callable[[str], object], text: str) -> float:
    begun = time.process_time()
    work(text)
    return time.process_time() - begun
