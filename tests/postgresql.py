"""A PostgreSQL cluster that is thrown away: made from the installed programs, in a temporary folder, for one run of tests.

It listens on a socket in its own folder alone. Its language is English where its version can have one, so that a text that is
not sorted by its bytes is found out; it writes nothing through to the disk, which a test never needs.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

PROGRAMS = ("initdb", "postgres")
DATABASE = "postgres"
USER = "claims"
SECRETIVE = "secretive"
"""A user whom the cluster asks for a password; all others are trusted."""

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "50",
    "shared_buffers": "32MB",
    "max_locks_per_transaction": "256",
    "autovacuum": "off",
    "logging_collector": "off",
}
_ACCESS = f"local all {SECRETIVE} scram-sha-256\nlocal all all trust\n"


def programs_folder() -> Path | None:
    """Where PostgreSQL's own programs are: on the path, or where Debian keeps those of its newest version."""
    candidates = [Path(found).parent for name in PROGRAMS[:1] if (found := shutil.which(name)) is not None]
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(debian, key=lambda folder: [int(n) for n in re.findall(r"\d+", folder.parent.name)])[::-1]
    return next((folder for folder in candidates if all((folder / name).exists() for name in PROGRAMS)), None)


def postgresql_missing() -> str | None:
    """Say what is missing for a cluster, or None where all is here."""
    if programs_folder() is None:
        return "PostgreSQL is not installed: initdb is neither on the path nor in /usr/lib/postgresql"
    if os.geteuid() == 0 and _other_user() is None:
        return "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody"
    return None


def _other_user() -> str | None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


class Cluster:
    """A running cluster, with these settings besides its own. Stop it, and nothing of it is left."""

    def __init__(self, **settings: str) -> None:
        programs = programs_folder()
        assert programs is not None, "ask postgresql_missing first"
        self._numbers = count(1)
        self.folder = Path(tempfile.mkdtemp(prefix="claims-postgresql-"))
        self._as: dict[str, Any] = {"cwd": self.folder, "env": {**os.environ, "LC_ALL": "C"}}
        if os.geteuid() == 0:
            user = pwd.getpwnam(_other_user() or "")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._server: subprocess.Popen[bytes] | None = None
        try:
            self._make(programs, _SETTINGS | settings)
            self.start()
        except BaseException:
            self.stop()
            raise

    def _make(self, programs: Path, chosen: dict[str, str]) -> None:
        version = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True, check=True).stdout
        major = int(re.findall(r"\d+", version)[0])
        language = ["--locale-provider=icu", "--icu-locale=en"] if major >= 15 else []
        command = [programs / "initdb", "-D", self._data, "-U", USER, "--encoding=UTF8", "--no-locale", "--no-sync"]
        made = subprocess.run([*command, *language], capture_output=True, text=True, check=False, **self._as)
        assert made.returncode == 0, made.stdout + made.stderr
        (self._data / "pg_hba.conf").write_text(_ACCESS)
        lines = [f"{name} = '{value}'" for name, value in {**chosen, "unix_socket_directories": self.folder}.items()]
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write("\n".join(lines) + "\n")
        self._command = [str(programs / "postgres"), "-D", str(self._data)]
        if shutil.which("setpriv") is not None:  # A killed run of tests leaves no server behind.
            self._command = ["setpriv", "--pdeathsig", "INT", *self._command]

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(self._command, stdout=log, stderr=log, start_new_session=True, **self._as)
        for _ in range(600):
            lines = self._lock_file.read_text().split("\n") if self._lock_file.exists() else []
            if len(lines) > 7 and lines[7].strip() == "ready":
                return
            assert self._server.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        raise AssertionError("the cluster does not become ready:\n" + (self.folder / "log").read_text())

    def halt(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server and keep its data: SIGINT in order, SIGQUIT as in a crash."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(timeout=60)
            self._server = None

    def stop(self) -> None:
        """Stop the server and remove all of it."""
        try:
            self.halt(signal.SIGQUIT)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, schema: str, *, user: str = USER, password: str = "", database: str = DATABASE) -> str:
        """The URL of a store in this schema."""
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={self.folder}&schema={schema}"

    def place(self) -> str:
        """The URL of a store that nobody used before."""
        return self.url(f"store_{next(self._numbers)}")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _lock_file(self) -> Path:
        return self._data / "postmaster.pid"
