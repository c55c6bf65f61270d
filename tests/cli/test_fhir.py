"""FHIR at the command line: files with the answers, and a screen that names no patient."""

import json
from pathlib import Path

from claims.cli.adjudicate import adjudicate
from claims.cli.claim import respond
from claims.cli.validate import validate
from claims.formats.x12.intake import read_submission
from tests.cli.command import GOOD, app_of, run
from tests.formats.fhir.claims_as_fhir import as_bundle
from tests.service.parties import on_embedded

SECRETS = ("HALLAM", "BRYCE", "NG0081274", "1979-03-14", "M25511")


def bundle(folder: Path) -> Path:
    """The good claim in FHIR."""
    file = folder / "claim.json"
    file.write_bytes(as_bundle(read_submission((GOOD / "claim.837").read_bytes()).claims))
    return file


def test_a_fhir_file_is_decided_and_answered_beside_the_837s_decision(tmp_path: Path) -> None:
    file, out = bundle(tmp_path), tmp_path / "answers"
    app, manner = app_of(adjudicate), ("--plan", GOOD / "plan.toml", "--evidence", "assume", "--decided", "2026-05-01")
    told = run(app, file, *manner, "--fhir-out", out, "--json")
    assert told.code == 0
    document = json.loads(told.out)
    assert document.pop("fhir") == [str(out / "claim.1.claim-response.json"), str(out / "claim.1.eob.json")]
    assert document == json.loads(run(app, GOOD / "claim.837", *manner, "--json").out)
    response = json.loads((out / "claim.1.claim-response.json").read_bytes())
    assert response["created"] == "2026-05-01"
    shown = run(app, file, *manner, "--fhir-out", out)
    assert f"wrote {out / 'claim.1.eob.json'}" in shown.out
    assert not any(secret in told.out + shown.out + shown.err for secret in SECRETS)


def test_what_is_wrong_is_told_by_the_element(tmp_path: Path) -> None:
    file = bundle(tmp_path)
    document = json.loads(file.read_bytes())
    document["entry"][0]["resource"]["item"][0]["net"]["value"] = 94
    file.write_text(json.dumps(document))
    told = run(app_of(validate), file)
    assert told.code == 3
    assert "Claim.total: is 175.00, and the items add up to 174.00" in told.out
    assert not any(secret in told.out + told.err for secret in SECRETS)


def test_a_payers_home_answers_one_claim(tmp_path: Path) -> None:
    with on_embedded(tmp_path / "world") as parties:
        parties.hand_over()
        parties.adjudicate()
        home = parties.payer.home.folder
    out = tmp_path / "eob.json"
    told = run(app_of(respond), "EC-1044", "--home", home, "--format", "eob", "--out", out)
    assert told.code == 0
    assert f"wrote {out}" in told.out
    assert "claim EC-1044: complete" in told.out
    assert json.loads(out.read_bytes())["resourceType"] == "ExplanationOfBenefit"
    assert not any(secret in told.out + told.err for secret in SECRETS)
    wrong = run(app_of(respond), "EC-1044", "--home", home, "--format", "pdf", "--out", out)
    assert wrong.code == 2
