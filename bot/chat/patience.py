"""How often one person may ask: a sliding window; it sends nothing. PURE but for what it remembers."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from math import ceil

REQUESTS = 20  # a user and minute: promise 6 of the contract
WINDOW = timedelta(minutes=1)
REMEMBERED = 50_000  # users; the one that has been quiet for longest is forgotten first


class Patience:
    """Counts each user's requests of the last minute."""

    def __init__(self, requests: int = REQUESTS) -> None:
        self._requests = requests
        self._asked: OrderedDict[int, deque[datetime]] = OrderedDict()

    def wait(self, user_id: int, now: datetime) -> int:
        """Count a request; return 0 if it may be answered, else the seconds until the next one may.

        A refused request is not counted, so that waiting as told is enough.
        """
        asked = self._asked.setdefault(user_id, deque())
        self._asked.move_to_end(user_id)
        while len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        while asked and (now - asked[0] >= WINDOW or asked[0] > now):
            asked.popleft()
        if len(asked) < self._requests:
            asked.append(now)
            return 0
        return max(1, ceil((asked[0] + WINDOW - now).total_seconds()))
