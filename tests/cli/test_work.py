"""`claims work`, `claims queue` and `claims remit post`: what they print, and which exit codes they end with."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from claims.cli.main import app
from claims.service.homes import create_key
from tests.cli.command import Run, run
from tests.service.parties import PASSPHRASE, VISIT, Bill, on_embedded

REVIEWER = "m-quist"


@dataclass(frozen=True)
class World:
    """Two homes with a claim that was settled and told, one that is a near duplicate of it, and one without evidence."""

    folder: Path

    @property
    def payer(self) -> Path:
        """The payer's home."""
        return self.folder / "payer"

    @property
    def clinic(self) -> Path:
        """The provider's home."""
        return self.folder / "clinic"

    @property
    def to_clinic(self) -> Path:
        """Where the payer's files lie."""
        return self.folder / "to-clinic"

    @property
    def remittance(self) -> Path:
        """The 835 of the settled claim."""
        return next(self.to_clinic.glob("*.835"))

    def queue(self, *arguments: object) -> Run:
        """Run a command of the queue with the payer's passphrase."""
        verb, *rest = arguments
        secret = self.folder / "secret.txt"
        given = ("--home", self.payer, "--passphrase-file", secret, "--out", self.folder / "out")
        return run(app, "queue", verb, *rest, "--key", REVIEWER, *given)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world as every test begins with it, its homes closed."""
    folder = tmp_path_factory.mktemp("template") / "world"
    with on_embedded(folder) as parties:
        create_key(folder / "payer", REVIEWER, PASSPHRASE)
        parties.decided()
        parties.settle()
        parties.remit()
        (visit,) = parties.visits()
        parties.sign(replace(visit, identifier="again"))
        near = parties.write_claim("near.837", Bill("N-1", ((VISIT[0][0], "97", 1), VISIT[1]), evidence="again"))
        bare = parties.write_claim("bare.837", Bill("B-1", day=visit.services[0].begins.replace(day=9)))
        for file in (near, bare):
            parties.decided(file)
            parties.settle(file)
        (folder / "secret.txt").write_text(PASSPHRASE)
    return folder


@pytest.fixture
def world(template: Path, tmp_path: Path) -> World:
    """A world of the test's own."""
    shutil.copytree(template, tmp_path / "world")
    return World(tmp_path / "world")


class TestWork:
    def test_it_lists_each_kind_with_its_count_and_names_nobody(self, world: World) -> None:
        done = run(app, "work", "--home", world.clinic, "--remittances", world.to_clinic, "--json")
        assert done.code == 0
        counts = {section["name"]: section["count"] for section in done.json["sections"]}
        assert counts == {
            "unsigned": 0,
            "rejected": 0,
            "pended": 2,
            "denied": 0,
            "unsettled": 0,
            "unposted": 1,
            "untold": 1,
        }
        pended = next(s for s in done.json["sections"] if s["name"] == "pended")
        assert {task["claims"][0] for task in pended["tasks"]} == {"N-1", "B-1"}
        assert all(task["deadline"] for task in pended["tasks"])
        told = run(app, "work", "--home", world.clinic).out
        assert "Claims that wait for something: 2" in told
        assert "claim B-1, 175.00, until " in told
        assert not any(secret in told + done.out for secret in ("HALLAM", "NG0081274", "NGP-550917"))

    def test_a_payers_home_is_a_usage_error(self, world: World) -> None:
        assert run(app, "work", "--home", world.payer).code == 2

    def test_a_folder_that_is_not_there_is_told(self, world: World) -> None:
        assert run(app, "work", "--home", world.clinic, "--remittances", world.folder / "nowhere").code == 2


class TestPost:
    def test_an_835_is_posted_once(self, world: World) -> None:
        tried = run(app, "remit", "post", world.remittance, "--home", world.clinic, "--dry-run", "--json")
        first = run(app, "remit", "post", world.remittance, "--home", world.clinic, "--json")
        second = run(app, "remit", "post", world.remittance, "--home", world.clinic)
        (remittance,) = first.json["remittances"]
        assert (remittance["paid"], remittance["claims"], remittance["posted"]) == ("175.00", ["EC-1044"], True)
        assert not tried.json["remittances"][0]["posted"]
        assert "posted before" in second.out
        assert "Payments and 835s" not in run(app, "work", "--home", world.clinic).out

    def test_one_that_does_not_balance_is_refused(self, world: World) -> None:
        file = world.remittance
        file.write_bytes(file.read_bytes().replace(b"BPR*I*175.00*", b"BPR*I*174.00*"))
        refused = run(app, "remit", "post", file, "--home", world.clinic)
        assert refused.code == 3
        assert "does not balance" in refused.err


class TestQueue:
    def test_it_lists_what_waits(self, world: World) -> None:
        done = run(app, "queue", "--home", world.payer, "--json")
        claims = {claim["claim"]: claim for claim in done.json["claims"]}
        assert {number: claim["releasable"] for number, claim in claims.items()} == {"N-1": True, "B-1": False}
        assert claims["N-1"]["reasons"][0]["edit"] == "duplicate"
        told = run(app, "queue", "--home", world.payer).out
        assert "2 claims wait, 352.00 in all" in told
        assert "nobody can release it" in told

    def test_a_release_writes_the_file_that_the_provider_settles_with(self, world: World) -> None:
        tried = world.queue("release", "N-1", "--reason", "both are in the chart", "--dry-run", "--json")
        assert (tried.json["status"], tried.json["file"], tried.json["dry_run"]) == ("paid", None, True)
        done = world.queue("release", "N-1", "--reason", "both are in the chart", "--json")
        assert (done.code, done.json["status"], done.json["reviewer"]) == (0, "paid", REVIEWER)
        assert Path(done.json["file"]).exists()
        explained = run(app, "claim", "explain", "N-1", "--home", world.payer)
        assert "the signature holds" in explained.out

    def test_what_nobody_can_release_ends_with_5(self, world: World) -> None:
        refused = world.queue("release", "B-1", "--reason", "we trust them")
        assert refused.code == 5
        assert "nobody can release" in refused.err

    def test_a_denial_is_told(self, world: World) -> None:
        done = world.queue("deny", "B-1", "--carc", "252", "--remark", "n706", "--reason", "nothing was shown")
        assert done.code == 0
        assert "claim B-1: denied, signed by m-quist (0x" in done.out
        assert "Denied (CO-252, remark N706): denied after review: nothing was shown." in done.out

    @pytest.mark.parametrize(
        "arguments",
        [
            ("release", "EC-1044", "--reason", "seen"),
            ("release", "N-1", "--reason", "seen", "--allow", "1"),
            ("release", "N-1", "--reason", "seen", "--allow", "1=2.00"),
            ("deny", "N-1", "--carc", "16", "--reason", "seen"),
        ],
    )
    def test_what_cannot_be_used_ends_with_2(self, world: World, arguments: tuple[str, ...]) -> None:
        assert world.queue(*arguments).code == 2

    def test_options_before_the_word_are_not_silently_dropped(self, world: World) -> None:
        refused = run(app, "queue", "--home", world.payer, "release", "N-1", "--key", REVIEWER, "--reason", "seen")
        assert refused.code == 2
        assert "claims queue release" in refused.err
