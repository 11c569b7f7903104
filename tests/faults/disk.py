"""A small file system for a fault campaign, which can be filled without affecting other programs.

A fault campaign (`make faults`) breaks a running product again and again and checks its data.

The file system is a tmpfs in a mount namespace that only the campaign and its child processes can
see, so it disappears with the campaign, however that ends.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NEW_MOUNT_NAMESPACE, _NEW_USER_NAMESPACE = 0x00020000, 0x10000000
_RECURSIVE, _PRIVATE = 0x4000, 0x40000
_DETACH = 2
_PIECE_BYTES = 1024 * 1024


class Disk:
    """A folder on a small file system; `mount_error` is the reason if none could be mounted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mount_error = ""

    @classmethod
    def mounted(cls, folder: Path, megabytes: int) -> "Disk":
        """Mount a tmpfs at the folder; if that is not allowed, set `mount_error`."""
        disk = cls(folder)
        try:
            _enter_new_mount_namespace()
            _mount(b"tmpfs", folder, b"tmpfs", 0, f"size={megabytes}m,mode=755".encode())
        except OSError as error:
            disk.mount_error = f"no separate file system can be mounted here: {error.strerror}"
        return disk

    def unmount(self) -> None:
        """Unmount the file system, if it could be mounted; its files are lost."""
        if not self.mount_error:
            _call("umount2", bytes(self.folder), _DETACH)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Fill the disk, and leave it full inside the `with` block."""
        ballast = self.folder / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file:
                _fill(file.fileno(), self.folder)
            yield
        finally:
            ballast.unlink(missing_ok=True)


def _fill(descriptor: int, folder: Path) -> None:
    """Allocate pieces, half as large after each failure, then write until the disk is full."""
    piece, written = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize, 0
    while piece > 0:
        try:
            os.posix_fallocate(descriptor, written, piece)
            written += piece
        except OSError:
            piece //= 2
    try:
        while True:
            os.pwrite(descriptor, bytes(_PIECE_BYTES), written)
            written += _PIECE_BYTES
    except OSError:
        return


def _enter_new_mount_namespace() -> None:
    """Separate the mounts of this process; a user other than root needs a user namespace too."""
    user, group = os.geteuid(), os.getegid()
    _call("unshare", _NEW_MOUNT_NAMESPACE | (_NEW_USER_NAMESPACE if user else 0))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _mount(None, Path("/"), None, _RECURSIVE | _PRIVATE, None)


def _mount(
    source: bytes | None, target: Path, kind: bytes | None, flags: int, data: bytes | None
) -> None:
    _call("mount", source, bytes(target), kind, ctypes.c_ulong(flags), data)


def _call(name: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
