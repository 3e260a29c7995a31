"""Makes chosen calls go wrong, as they do in the world; it never breaks one by chance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.preview.refusals import ApiError, bad_request, forbidden, too_many


class FaultKind(StrEnum):
    """What may go wrong with a call.

    `LOST_ANSWER` carries the call out and drops the connection then, `DROP` before; `HANG` never answers. `HALF`
    breaks off in the middle of an answer, `NOT_OK` has status 200, `ok: false` and no reason.
    """

    TOO_MANY = "too_many"
    BAD_GATEWAY = "bad_gateway"
    HANG = "hang"
    DROP = "drop"
    LOST_ANSWER = "lost_answer"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    MIGRATE = "migrate"
    NOT_JSON = "not_json"
    HALF = "half"
    NOT_OK = "not_ok"


@dataclass(slots=True)
class Fault:
    """A fault in waiting: how many calls it still takes, and which ones."""

    kind: FaultKind
    times: int
    chat_id: int | None = None
    method: str | None = None
    retry_after: int = 1
    migrate_to: int = 0
    seconds: float = 3600
    behind: int = 0

    def fits(self, method: str, chat_id: int | None) -> bool:
        """Say whether it takes this call; polls are left alone unless named: "the next call" means an answer."""
        named = method.lower() == self.method.lower() if self.method else method.lower() != "getupdates"
        return self.times > 0 and named and self.chat_id in {None, chat_id}

    def refusal(self) -> ApiError | None:
        """Return the refusal it answers with, or None where it breaks the line instead."""
        refusals = {
            FaultKind.TOO_MANY: too_many(self.retry_after),
            FaultKind.BAD_GATEWAY: ApiError(502, "Bad Gateway"),
            FaultKind.FORBIDDEN: forbidden("bot was blocked by the user"),
            FaultKind.NOT_FOUND: bad_request("chat not found"),
            FaultKind.MIGRATE: bad_request(
                "group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.migrate_to,
            ),
        }
        return refusals.get(self.kind)


class Faults:
    """The faults in waiting, first come first served."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def inject(
        self,
        kind: FaultKind,
        *,
        times: int = 1,
        chat_id: int | None = None,
        method: str | None = None,
        retry_after: int = 1,
        migrate_to: int = 0,
        seconds: float = 3600,
        behind: int = 0,
    ) -> Fault:
        """Let the next `times` calls (of a chat, of a method, or any but getUpdates) go wrong, `behind` so many more.

        `retry_after` is in seconds and for TOO_MANY, `seconds` how long a HANG lasts at most.
        """
        fault = Fault(kind, times, chat_id, method, retry_after, migrate_to, seconds, behind)
        self._faults.append(fault)
        return fault

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the fault this call meets, used up by one, or None."""
        for fault in self._faults:
            if fault.fits(method, chat_id):
                if fault.behind:
                    fault.behind -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        """Let everything go well again."""
        self._faults.clear()
