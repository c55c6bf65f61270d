"""Watching all that leaves the program: requests to the node and its answers, log records, warnings, screens, errors."""

from __future__ import annotations

import json
import logging
import sqlite3
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claims.chain.client import Chain
from claims.chain.errors import ChainError, Reverted, RpcError
from claims.cli.failure import exit_code, told
from claims.cli.main import app


@dataclass(frozen=True)
class Ran:
    """A command that was run: its words up to the first option, its exit code, and all that it said."""

    command: str
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Piece:
    """Bytes that came to the chain or from it. From `words_from` on they are words of an ABI; None for other bytes."""

    where: str
    data: bytes
    words_from: int = 0


@dataclass
class Watch(logging.Handler):
    """Everything that was seen. It is a handler of the root logger, which it opens to DEBUG."""

    requests: list[str] = field(default_factory=list)
    refusals: list[Piece] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    ran: list[Ran] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(level=0)

    __hash__ = object.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record with its arguments, which another formatter might show, and its traceback."""
        said = f"{record.name} {record.getMessage()} {record.args!r}"
        if record.exc_info:
            said += "".join(traceback.format_exception(*record.exc_info))
        self.logged.append(said)

    def run(self, *arguments: object, codes: Sequence[int] = (0,)) -> Ran:
        """Run a command as a person would; errors are told as the entry point tells them."""
        words = [str(argument) for argument in arguments]
        found = CliRunner().invoke(app, words)
        error, err = found.exception, found.stderr
        code = found.exit_code
        if error is not None and not isinstance(error, SystemExit):
            known = exit_code(error)
            if known is None:
                raise error
            code, err = known, f"{err}error: {told(error)}\n"
            self.errors.append(error)
        ran = Ran(_command(words), code, found.stdout, err)
        self.ran.append(ran)
        assert code in codes, f"{words}: {code}\n{ran.out}\n{ran.err}"
        return ran

    def exchange(self, method: str, params: Sequence[Any], answer: Any) -> None:
        """Keep what a node was asked and what it said."""
        self.requests.append(json.dumps([method, list(params), answer], default=repr))

    def refused(self, failure: ChainError) -> None:
        """Keep a refusal: its words, and the bytes that a contract answered with."""
        self.errors.append(failure)
        if isinstance(failure, RpcError):
            self.requests.append(repr((failure.method, failure.message, failure.data)))
            data = failure.data.get("data") if isinstance(failure.data, dict) else failure.data
            if isinstance(data, str) and "0x" in data:
                self.refusals.append(Piece("a refusal", bytes.fromhex(data.partition("0x")[2]), 4))

    def told(self) -> Iterator[tuple[str, str]]:
        """What errors say: their tracebacks with chained causes, their arguments and fields."""
        for error in self.errors:
            yield type(error).__name__, "".join(traceback.format_exception(error))
            chained: BaseException | None = error
            while chained is not None:
                yield type(chained).__name__, f"{chained.args!r} {vars(chained)!r} {chained}"
                if isinstance(chained, Reverted):
                    yield chained.error_name, repr(chained.arguments)
                chained = chained.__cause__


def _command(words: Sequence[str]) -> str:
    nouns = {command.name for command in app.registered_groups}
    verb = words[0] in nouns and not words[1].startswith("--")
    return " ".join(words[:2] if verb else words[:1])


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch from here on: loggers at DEBUG before anything is opened, every warning, every request."""
    watch = Watch()
    # SQLAlchemy keeps its loggers shut unless its own is opened by name.
    opened = {logging.getLogger(name): logging.getLogger(name).level for name in ("", "sqlalchemy")}
    asked = Chain.rpc

    def rpc(chain: Chain, method: str, params: Sequence[Any]) -> Any:
        try:
            answer = asked(chain, method, params)
        except ChainError as failure:
            watch.exchange(method, params, None)
            watch.refused(failure)
            raise
        watch.exchange(method, params, answer)
        return answer

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr(Chain, "rpc", rpc)
        warnings.simplefilter("always")
        patch.setattr(warnings, "showwarning", lambda message, *_, **__: watch.logged.append(f"warning {message}"))
        logging.getLogger().addHandler(watch)
        for logger in opened:
            logger.setLevel(logging.DEBUG)
        try:
            yield watch
        finally:
            logging.getLogger().removeHandler(watch)
            for logger, level in opened.items():
                logger.setLevel(level)


def commands() -> set[str]:
    """Every command that there is, as `Ran.command` names it."""
    found = {str(command.name) for command in app.registered_commands}
    for group in app.registered_groups:
        part = group.typer_instance
        assert part is not None
        if part.registered_callback is not None and part.registered_callback.invoke_without_command:
            found.add(str(group.name))
        for command in part.registered_commands:
            assert command.callback is not None
            found.add(f"{group.name} {command.name or command.callback.__name__}")
    return found


def on_chain(chain: Chain, first: int = 0) -> Iterator[Piece]:
    """All that a chain shows of itself from a block on: calldata, the transactions' own bytes, topics and data of every event."""
    for number in range(first, chain.head().number + 1):
        block = chain.rpc("eth_getBlockByNumber", [hex(number), True])
        for transaction in block["transactions"]:
            data = transaction.get("input") or transaction.get("data") or "0x"
            creates = not transaction.get("to")
            yield Piece("calldata", _raw(data), 0 if creates else 4)
            receipt = chain.receipt(_raw(transaction["hash"]))
            assert receipt is not None
            for log in receipt.logs:
                yield Piece("a topic", b"".join(log.topics))
                yield Piece("event data", log.data)


def in_state(file: Path) -> Iterator[Piece]:
    """What an embedded chain keeps: every node of its tries (storage among them), transactions, receipts, codes."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        for key, value in connection.execute("SELECT key, value FROM node"):
            yield Piece("the chain's file", bytes(key) + bytes(value), len(key))
        for name, value in connection.execute("SELECT name, value FROM metadata"):
            yield Piece("the chain's file", f"{name} {value}".encode())
    connection.close()


def _raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
