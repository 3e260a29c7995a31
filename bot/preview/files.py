"""Keeps the files of the preview in memory and reads a picture's size; it writes nothing to disk."""

from __future__ import annotations

import hashlib
import itertools
import struct
from dataclasses import dataclass
from typing import Any

from bot.preview.refusals import Json, bad_request

MOST_DOWNLOAD = 20 * 1024 * 1024
"""Bytes a bot may download by getFile."""
MOST_PHOTO = 10 * 1024 * 1024
"""Bytes of a photo a bot may upload."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file somebody sent; `path` is what getFile gives, `size` may be told without the bytes being there."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime: str
    data: bytes
    size: int

    def as_document(self) -> Json:
        """Return it as Document."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_name": self.name,
            "mime_type": self.mime,
            "file_size": self.size,
        }

    def as_file(self) -> Json:
        """Return it as File."""
        told = {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}
        return {**told, "file_path": self.path}


class Files:
    """All files by their id and path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._count = itertools.count(1)

    def keep(self, data: bytes, *, name: str, mime: str, folder: str, size: int | None = None) -> StoredFile:
        """Keep some bytes under a new id; `size` pretends another size in bytes."""
        number = next(self._count)
        ending = "".join(c for c in name.rpartition(".")[2] if c.isalnum()) if "." in name else "bin"
        unique = hashlib.sha256(data).hexdigest()[:16]
        stored = StoredFile(
            file_id=f"BQ{number:08d}{unique}",
            unique_id=f"AgAD{unique}",
            path=f"{folder}/file_{number}.{ending or 'bin'}",
            name=name,
            mime=mime,
            data=data,
            size=len(data) if size is None else size,
        )
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def medium(self, kind: str, address: str) -> Any:
        """Return a `photo`, `video` or `audio` by its address, which is not fetched: the sizes are invented."""
        stored = self.keep(address.encode(), name="medium.url", mime="text/uri-list", folder="media")
        told: Json = {"file_id": stored.file_id, "file_unique_id": stored.unique_id}
        if kind == "photo":
            return [{**told, "width": 1280, "height": 720}]
        return {**told, "duration": 0, **({"width": 1280, "height": 720} if kind == "video" else {})}

    def by_id(self, file_id: str) -> StoredFile:
        """Return a file.

        Raises:
            ApiError: 400 where there is none of that id.
        """
        if not file_id:
            raise bad_request("file_id is empty")
        if file_id not in self._by_id:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return self._by_id[file_id]

    def downloadable(self, file_id: str) -> StoredFile:
        """Return a file that getFile may give.

        Raises:
            ApiError: 400 where there is none or it is over 20 MB.
        """
        stored = self.by_id(file_id)
        if stored.size > MOST_DOWNLOAD:
            raise bad_request("file is too big")
        return stored

    def by_path(self, path: str) -> StoredFile | None:
        """Return the file of a path that getFile gave, or None."""
        return self._by_path.get(path)


def photo_sizes(stored: StoredFile) -> list[Json]:
    """Return a stored picture as the array of PhotoSize: here one, its own.

    Raises:
        ApiError: 400 where the bytes are no picture.
    """
    size = picture_size(stored.data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    told = {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": stored.size}
    return [{**told, "width": size[0], "height": size[1]}]


def picture_type(data: bytes) -> str | None:
    """Return the media type of a picture by its first bytes, or None.

    >>> picture_type(b"GIF89a....")
    'image/gif'
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels, or None where the bytes are no picture that can be read."""
    kind = picture_type(data)
    try:
        if kind == "image/png":
            width, height = struct.unpack(">II", data[16:24])
            return (width, height) if width and height else None
        if kind == "image/gif":
            width, height = struct.unpack("<HH", data[6:10])
            return width, height
        if kind == "image/jpeg":
            return _jpeg_size(data)
    except struct.error:
        return None
    return (512, 512) if kind == "image/webp" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    index = 2
    while index + 9 <= len(data):
        marker, length = struct.unpack(">xBH", data[index : index + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 -- frame headers of JPEG
            height, width = struct.unpack(">HH", data[index + 5 : index + 9])
            return width, height
        index += 2 + length
    return None
