"""Guard against connections that leave this machine, in every Python that the tests start.

Python imports a module of this name by itself when it starts; the folder comes first on PYTHONPATH
while tests run. Each connection and each look-up of a name outside loopback is written to the file
that EMBEDVIZ_GUARD_LOG names, and refused. What runs without `site` (-S), without variables (-E,
-I), or is not Python, is not guarded.
"""

import os
import sys
from ipaddress import ip_address

LOG_VARIABLE = "EMBEDVIZ_GUARD_LOG"

_CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


def is_own(host):
    """Return whether a name or a number stands for this machine, or for nothing."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", "localhost.localdomain", "0.0.0.0", "::"):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def place_of(event, arguments):
    """Return what an event is about to connect to; None: nothing outside."""
    if event in _CONNECTING:
        address = arguments[1]
        # Of other kinds of socket an address is a path, a number, or not given.
        outside = isinstance(address, tuple) and isinstance(address[0], str | bytes)
        return None if not outside or is_own(address[0]) else f"{address[0]}:{address[1]}"
    if event in _LOOKING_UP and not is_own(arguments[0]):
        return f"the name {arguments[0]}"
    return None


def guard(event, arguments):
    """Note and refuse what goes outside."""
    if not event.startswith("socket."):
        return
    place = place_of(event, arguments)
    if place is None:
        return
    if log := os.environ.get(LOG_VARIABLE):
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{event} {place}\n")
    raise PermissionError(f"The tests connect to nothing outside this machine: {place}")


sys.addaudithook(guard)
