"""Undoes the compression of an answer piece by piece; how much is too much its caller decides.

Only gzip and deflate, since the standard library can stop those at any length: a few kilobytes of either may stand
for gigabytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

ENCODINGS = "gzip, deflate"  # what a request may offer
PIECE = 1 << 18  # bytes unpacked at a time: less than a millisecond, so that the loop goes on between two pieces
GZIP_START = b"\x1f\x8b"


class Unpacking:
    """Bytes as sent → bytes as meant, for one answer.

    Args:
        encoding: the Content-Encoding header.

    Raises:
        ValueError: it is none that can be undone.
    """

    def __init__(self, encoding: str) -> None:
        codings = [coding.strip().lower() for coding in encoding.split(",")]
        codings = [coding for coding in codings if coding not in {"", "identity"}]
        if len(codings) > 1 or not set(codings) <= {"gzip", "x-gzip", "deflate"}:
            raise ValueError(f"an encoding that was not asked for: {encoding[:80]!r}")
        self._coding = codings[0].removeprefix("x-") if codings else ""
        self._stream: zlib._Decompress | None = None
        self._waiting = b""
        self._streams = 0

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Unpack what came, at most PIECE bytes at a time.

        Raises:
            zlib.error: it is not what the header said.
        """
        if not self._coding:
            yield chunk
            return
        data, more = self._waiting + chunk, False
        self._waiting = b""
        while data or more:
            stream = self._stream or self._next_stream(data)
            if stream is None:
                return
            piece = stream.decompress(data, PIECE)
            data, more = stream.unconsumed_tail, len(piece) == PIECE
            if stream.eof:
                self._stream, data, more = None, stream.unused_data, False
            if piece:
                yield piece

    @property
    def is_whole(self) -> bool:
        """Whether every stream that began has ended; asked when no more will come."""
        return self._stream is None and (self._streams > 0 or not self._waiting)

    def _next_stream(self, data: bytes) -> zlib._Decompress | None:
        """Begin a stream: the first, or (gzip) one more behind it; what else follows a stream is padding."""
        if len(data) < len(GZIP_START) and not (self._streams and self._coding == "deflate"):
            self._waiting = data
            return None
        if self._streams and (self._coding == "deflate" or not data.startswith(GZIP_START)):
            return None
        self._streams += 1
        self._stream = zlib.decompressobj(_window(self._coding, data))
        return self._stream


def _window(coding: str, data: bytes) -> int:
    """Deflate is meant to have zlib's header (RFC 9110 8.4.1.2), and often has none."""
    if coding == "gzip":
        return zlib.MAX_WBITS | 16
    has_header = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0  # noqa: PLR2004 -- RFC 1950 2.2
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
