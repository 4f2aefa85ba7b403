"""Drives real Syncthings: each with its own home, bound to 127.0.0.1, carrying one folder, telling nobody."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.house import free_port

FOLDER = "pictures"
PATIENCE = 40.0
HERE = "127.0.0.1"
# Nothing that could find, tell or fetch anything beyond this machine.
QUIET = {
    "globalAnnounceEnabled": "false",
    "localAnnounceEnabled": "false",
    "relaysEnabled": "false",
    "natEnabled": "false",
    "crashReportingEnabled": "false",
    "startBrowser": "false",
    "autoUpgradeIntervalH": "0",
    "urAccepted": "-1",
    "stunKeepaliveStartS": "0",
    "announceLANAddresses": "false",
    "restartOnWakeup": "false",
    "setLowPriority": "false",
    "reconnectionIntervalS": "5",
}


def missing() -> str | None:
    """Why no Syncthing can run here, or None."""
    return None if shutil.which("syncthing") else "not installed: syncthing"


@dataclass(frozen=True, slots=True)
class Carrier:
    """One running Syncthing: what it carries, who it is, and where it is asked."""

    folder: Path
    device: str
    address: str
    key: str
    process: subprocess.Popen[bytes]
    log: Path

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """JSON of its own API; OSError where it does not answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.address}{path}", data, {"X-API-Key": self.key}, method=method
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            told = answer.read()
        return json.loads(told) if told[:1] in (b"{", b"[") else None

    def pause(self) -> None:
        """Carry nothing until `go_on`, as on a train without network."""
        self.ask("POST", "/rest/system/pause")

    def go_on(self) -> None:
        """Meet the others again."""
        self.ask("POST", "/rest/system/resume")

    def scan(self) -> None:
        """Look at the folder now; returns when it has."""
        self.ask("POST", f"/rest/db/scan?folder={FOLDER}")

    def is_connected(self) -> bool:
        """Whether every other one is met."""
        told = self.ask("GET", "/rest/system/connections")["connections"]
        others = [one for device, one in told.items() if device != self.device]
        return bool(others) and all(one["connected"] for one in others)

    def is_at_rest(self) -> bool:
        """Whether it has nothing to fetch, nothing to look at, and nobody else lacks anything of its."""
        told = self.ask("GET", f"/rest/db/status?folder={FOLDER}")
        if told["state"] != "idle" or told["needTotalItems"]:
            return False
        return all(
            self.ask("GET", f"/rest/db/completion?folder={FOLDER}&device={other}")["completion"] == 100
            for other in self.ask("GET", "/rest/system/connections")["connections"]
            if other != self.device
        )


@contextmanager
def carried(folders: Sequence[Path], scratch: Path, *, delay: int = 1) -> Iterator[list[Carrier]]:
    """Syncthings that keep these folders alike, connected; ended when this ends.

    `delay` is how long after a change they look, in seconds; every sixty they look at everything.
    """
    homes = [scratch / f"syncthing-{number}" for number in range(len(folders))]
    devices = [_generate(home) for home in homes]
    ports = {device: free_port() for device in devices}
    with ExitStack() as stack:
        carriers = []
        for home, folder, device in zip(homes, folders, devices, strict=True):
            key, gui = _configure(home, folder, device, ports, delay)
            carriers.append(stack.enter_context(_running(home, folder, device, key, gui)))
        _until(lambda: all(carrier.is_connected() for carrier in carriers), "they did not meet")
        sockets = set().union(*(open_sockets(carrier.process.pid) for carrier in carriers))
        assert sockets == {f"tcp {HERE}"}, sockets
        yield carriers


def _generate(home: Path) -> str:
    """Make a home with keys; the device id."""
    command = ["syncthing", "generate", f"--home={home}", "--no-default-folder", "--skip-port-probing"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=_environment(home)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    device = ET.parse(home / "config.xml").getroot().find("device")
    assert device is not None
    return device.attrib["id"]


def _configure(
    home: Path, folder: Path, device: str, ports: Mapping[str, int], delay: int
) -> tuple[str, str]:
    """Write all of the configuration before the first start: it never speaks to others; (key, gui)."""
    path = home / "config.xml"
    root = ET.parse(path).getroot()
    options, gui = root.find("options"), root.find("gui")
    assert options is not None
    assert gui is not None
    for name, value in {**QUIET, "listenAddress": f"tcp://{HERE}:{ports[device]}"}.items():
        (option,) = options.findall(name) or [ET.SubElement(options, name)]
        option.text = value
    address = f"{HERE}:{free_port()}"
    gui.find("address").text = address  # type: ignore[union-attr]
    key = gui.findtext("apikey", "")
    root.remove(root.find("device"))  # type: ignore[arg-type]
    for other, port in ports.items():
        one = ET.SubElement(root, "device", id=other, name=f"node {port}", compression="never")
        ET.SubElement(one, "address").text = f"tcp://{HERE}:{port}"
    told = {
        "id": FOLDER,
        "path": str(folder),
        "type": "sendreceive",
        "rescanIntervalS": "60",
        "fsWatcherEnabled": "true",
        "fsWatcherDelayS": str(delay),
    }
    shared = ET.SubElement(root, "folder", told)
    for other in ports:
        ET.SubElement(shared, "device", id=other)
    ET.SubElement(shared, "filesystemType").text = "basic"
    ET.SubElement(shared, "maxConflicts").text = "-1"
    ET.SubElement(shared, "minDiskFree", unit="%").text = "0"
    ET.ElementTree(root).write(path)
    return key, address


@contextmanager
def _running(home: Path, folder: Path, device: str, key: str, gui: str) -> Iterator[Carrier]:
    command = ["syncthing", "serve", f"--home={home}", "--no-browser", "--no-restart", "--no-upgrade"]
    log = home / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=_environment(home))
    carrier = Carrier(folder, device, f"http://{gui}", key, process, log)
    try:
        _until(lambda: _answers(carrier), "Syncthing did not start")
        yield carrier
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(carrier: Carrier) -> bool:
    assert carrier.process.poll() is None, f"Syncthing ended:\n{carrier.log.read_text()[-2000:]}"
    try:
        return bool(carrier.ask("GET", "/rest/system/ping"))
    except (OSError, urllib.error.URLError):
        return False


def _environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HOME": str(home),
        "STNOUPGRADE": "1",
        "STNODEFAULTFOLDER": "1",
        "STMONITORED": "yes",
        "GOMAXPROCS": "1",
    }


def _until(true: Any, otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


def open_sockets(pid: int) -> set[str]:
    """The local addresses of a process's sockets, as "tcp 127.0.0.1"; those of IPv6 as they are told."""
    inodes = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(os.readlink(one).removeprefix("socket:[").removesuffix("]"))
        except OSError:
            continue
    found = set()
    for kind in ("tcp", "udp", "tcp6", "udp6"):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            words = line.split()
            if words[9] in inodes:
                address = words[1].partition(":")[0]
                found.add(f"{kind} {_dotted(address) if len(address) == 8 else address}")
    return found


def _dotted(address: str) -> str:
    return ".".join(str(part) for part in reversed(bytes.fromhex(address)))
