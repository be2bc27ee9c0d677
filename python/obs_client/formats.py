"""What a file is by its first bytes, where a reader of lines of text can make nothing of it."""

from __future__ import annotations

GZIP = b"\x1f\x8b"
_PACKED = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf\x27\x1c": "7-zip",
    b"\x1f\x9d": "compress",
}
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def packed_as(head: bytes) -> str | None:
    """By which program it was packed; None for gzip, which is read, and for what is not packed."""
    return next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)


def is_utf16(head: bytes) -> bool:
    """By its mark, or because nearly every second byte is zero and the others are not."""
    half = len(head) // 2
    fewer, more = sorted((head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)))
    return head.startswith(_BYTE_ORDER_MARKS) or (half > 1 and more > 0.9 * half and fewer < 0.1 * half)
