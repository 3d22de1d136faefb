"""A network of this process's own, where the addresses and names of others can be taken without disturbing anybody.

Linux namespaces: the process that calls enter() and all that it starts see an empty network with a loopback
device, and files of their own in place of /etc/hosts and /etc/resolv.conf. All of it goes with the last process.
"""
import ctypes
import fcntl
import os
import pathlib
import socket
import struct
import unittest

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_REC, MS_PRIVATE, MS_BIND = 16384, 1 << 18, 4096
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
UP_AND_RUNNING = 0x41


def _checked(result):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def write_names(folder, names):
    """What /etc/hosts says, from now on."""
    hosts = [("localhost", "127.0.0.1"), *names.items()]
    (pathlib.Path(folder) / "hosts").write_text("".join(f"{address}\t{name}\n" for name, address in hosts))


def write_resolver(folder, options="timeout:1 attempts:1"):
    """How long the resolver waits for the name server at 127.0.0.1, where nobody listens unless a test does."""
    (pathlib.Path(folder) / "resolv.conf").write_text(f"nameserver 127.0.0.1\noptions {options}\n")


def enter(addresses, names, folder):
    """Leaves the network of this machine for good: call it before anything listens, and before any thread starts.

    `addresses` are put on the loopback device, `names` is {name: address}; `folder` holds the files. Skips the
    test, aloud, where the system does not let us.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        _checked(libc.unshare(CLONE_NEWNET | CLONE_NEWNS))
        _checked(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    except OSError as error:
        raise unittest.SkipTest(f"no network namespace: {error} (this test needs root)") from None

    folder = pathlib.Path(folder)
    write_names(folder, names)
    write_resolver(folder)
    for name in ("hosts", "resolv.conf"):
        target = os.path.realpath(f"/etc/{name}")
        _checked(libc.mount(str(folder / name).encode(), target.encode(), None, MS_BIND, None))

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        fcntl.ioctl(device, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", UP_AND_RUNNING))
        for index, address in enumerate(addresses):
            for request, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, "255.255.255.255")):
                fcntl.ioctl(device, request, struct.pack("16sHH4s16x", f"lo:{index}".encode(), socket.AF_INET, 0,
                                                         socket.inet_aton(value)))
