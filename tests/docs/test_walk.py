"""The story that the insurer's and the provider's page tell together, told again: each block as it stands, in order.

A shell runs the blocks; its `claims` hands the words over to this process, so that no command pays for its imports anew.
"""

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.docs.pages import ROOT, Block, blocks, commands

INSURER, PROVIDER = ROOT / "docs" / "insurer.md", ROOT / "docs" / "provider.md"
PASSPHRASES = {INSURER: "payer.pass", PROVIDER: "clinic.pass"}
BRIDGE = """
claims() {
  printf '%s\\0' "$CLAIMS_PASSPHRASE_FILE" "$@" >"$BRIDGE/asked"
  read -r code <"$BRIDGE/code"
  cat "$BRIDGE/out"
  cat "$BRIDGE/err" >&2
  return "$code"
}
trap 'printf "" >"$BRIDGE/asked"' EXIT
"""


def steps() -> list[Block]:
    """The blocks of both pages in the order of their steps."""
    found = [block for page in (INSURER, PROVIDER) for block in blocks(page) if block.word.startswith("step-")]
    return sorted(found, key=lambda block: int(block.word.removeprefix("step-")))


def script() -> Iterator[str]:
    """One script of all blocks, which stops at the first line whose exit code is not the promised one."""
    yield BRIDGE
    for block in steps():
        yield f"export CLAIMS_PASSPHRASE_FILE={PASSPHRASES[block.page]}"
        for command in commands(block):
            yield command.line
            told = shlex.quote(f"{block.page.name} {block.word}, promised {command.code}: {command.line}")
            yield f'code=$?; [ $code -eq {command.code} ] || {{ echo "exit code $code:" {told} >&2; exit 99; }}'


def answer(bridge: Path) -> None:
    """Run what the shell asks for until it asks for nothing."""
    from claims.cli.main import app

    while asked := (bridge / "asked").read_bytes():
        passphrase_file, *words = asked.decode().split("\0")[:-1]
        done = run(app, *words, env={"CLAIMS_PASSPHRASE_FILE": passphrase_file, "NO_COLOR": "1"})
        (bridge / "out").write_text(done.out, encoding="utf-8")
        (bridge / "err").write_text(done.err, encoding="utf-8")
        (bridge / "code").write_text(f"{done.code}\n", encoding="utf-8")


def test_no_step_is_missing() -> None:
    assert {int(block.word.removeprefix("step-")) for block in steps()} == set(range(1, 13))


@pytest.mark.slow
def test_the_story_goes_as_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bridge, scene = tmp_path / "bridge", tmp_path / "scene"
    bridge.mkdir()
    scene.mkdir()
    for name in ("asked", "code"):
        os.mkfifo(bridge / name)
    monkeypatch.chdir(scene)
    monkeypatch.setenv("EXAMPLE", str(ROOT / "claims" / "service" / "demo" / "data"))
    monkeypatch.setenv("BRIDGE", str(bridge))
    with (tmp_path / "told").open("w") as out, (tmp_path / "noted").open("w") as err:
        shell = subprocess.Popen(["bash", "-c", "\n".join(script())], stdout=out, stderr=err)
        try:
            answer(bridge)
            code = shell.wait()
        finally:
            shell.kill()
    assert code == 0, (tmp_path / "noted").read_text(encoding="utf-8")[-3000:]
    told = " ".join((tmp_path / "told").read_text(encoding="utf-8").split())
    for page in (INSURER, PROVIDER):
        for block in blocks(page):
            for line in block.text.splitlines() if block.language == "text" else ():
                assert " ".join(line.split()) in told, line
    assert "settled, settled before; nothing was sent" in told
    assert "nothing new was paid or denied" in told
