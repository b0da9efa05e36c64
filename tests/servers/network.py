"""Hosts of one network on this machine, which can be cut off: namespaces (ip-netns(8)) round a switch.

It needs root and iproute2. The switch stands in a namespace of its own, since what this machine does with
packets that it forwards (Docker changes it) must not matter.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.servers.services import ProgramMissing

_NOBODY = "02:00:00:00:00:99"
"""The address of no network card: what is sent there is lost without a word."""


class Network:
    """This machine and so many hosts, numbered from 1. It lives from its construction to `stop`."""

    def __init__(self, hosts: int) -> None:
        """Raises ProgramMissing when it can not be had here."""
        if os.geteuid() != 0:
            raise ProgramMissing("Hosts of their own need root")
        if shutil.which("ip") is None:
            raise ProgramMissing("iproute2 is missing: apt-get install iproute2")
        chance = random.SystemRandom()
        self._name, self._net = f"e{chance.randrange(10**6)}", f"10.77.{chance.randrange(1, 255)}"
        self._switch, self._hosts = f"{self._name}sw", [f"{self._name}h{n}" for n in range(1, hosts + 1)]
        try:
            self._build()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, error, trace
        self.stop()

    @property
    def address(self) -> str:
        """Of this machine."""
        return f"{self._net}.100"

    def on(self, host: int) -> Sequence[str]:
        """What to write before a command that is to run there."""
        return ("ip", "netns", "exec", self._hosts[host - 1])

    def cut_off(self, host: int) -> None:
        """Its cable is pulled out at the switch."""
        _ip("-n", self._switch, "link", "set", self._port(host), "down")

    def mute(self, host: int) -> None:
        """Nothing that it sends reaches this machine; what this machine sends still arrives."""
        _ip("-n", self._hosts[host - 1], *_lost(self.address), "dev", "eth0")

    def deafen(self, host: int) -> None:
        """Nothing that this machine sends reaches it; what it sends still arrives."""
        _ip(*_lost(f"{self._net}.{host}"), "dev", self._port(0))

    def heal(self, host: int) -> None:
        _ip("-n", self._switch, "link", "set", self._port(host), "up")
        _ip("-n", self._hosts[host - 1], "neigh", "flush", "dev", "eth0", "nud", "permanent")
        _ip("neigh", "flush", "dev", self._port(0), "nud", "permanent")

    def stop(self) -> None:
        """What runs on the hosts must have been ended before."""
        there = _ip("netns", "list").split()
        for each in (self._switch, *self._hosts):
            if each in there:
                _ip("netns", "del", each)

    def _build(self) -> None:
        _ip("netns", "add", self._switch)
        _ip("-n", self._switch, "link", "add", "br0", "type", "bridge")
        _ip("-n", self._switch, "link", "set", "br0", "up")
        self._plug_in(0)
        _ip("link", "set", self._port(0), "up")
        _ip("addr", "add", f"{self.address}/24", "dev", self._port(0))
        for n, name in enumerate(self._hosts, 1):
            _ip("netns", "add", name)
            self._plug_in(n, "name", "eth0", "netns", name)
            _ip("-n", name, "addr", "add", f"{self._net}.{n}/24", "dev", "eth0")
            for each in ("lo", "eth0"):
                _ip("-n", name, "link", "set", each, "up")

    def _plug_in(self, n: int, *other_end: str) -> None:
        port = self._port(n)
        end = other_end or ("name", port)
        _ip("link", "add", port, "netns", self._switch, "type", "veth", "peer", *end)
        _ip("-n", self._switch, "link", "set", port, "master", "br0", "up")

    def _port(self, n: int) -> str:
        return f"{self._name}p{n}"


def _lost(address: str) -> Sequence[str]:
    return ("neigh", "replace", address, "lladdr", _NOBODY, "nud", "permanent")


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)  # noqa: S607  # on PATH
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)} failed: {done.stderr.strip()}")
    return done.stdout
