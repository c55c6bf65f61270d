"""Every decision is recomputed to the byte; whatever was changed in the store since is found and named, and no patient with it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from claims.model.coding import decode
from claims.model.decision import Decision
from claims.model.money import Money
from claims.service.audit import export, first_difference, verify
from claims.service.errors import UsageError
from claims.service.payer_run import Inputs
from claims.service.rebilling import replace_claim, void_claim
from claims.service.tables import import_tables
from claims.tables.tables import PublishedTables
from tests.service.parties import PERSON, Bill, Parties, x12
from tests.tables.files import kept, limits


@pytest.fixture
def decided(local: Parties) -> Parties:
    """A claim that was paid, one that was denied, one that waits, and one that was replaced and then voided."""
    plan = local.folder / "payer" / "plan.toml"
    plan.write_text(plan.read_text().replace('deductible = "0.00"', 'deductible = "50.00"'))
    local.decided()
    local.settle()
    local.remit()
    local.decided(local.write_claim("twice.837", Bill("EC-2044")))
    local.hand_over(local.write_claim("waits.837", Bill("EC-2045", (("99215", "95", 1),))))
    local.adjudicate(local.folder / "waits.837", evidence=False)
    corrected = local.folder / "corrected.837"
    corrected.write_text(x12([Bill("EC-1044", (("99213", "95", 1),))], control=411))
    out, void = local.folder / "replacement.837", local.folder / "void.837"
    replace_claim(local.clinic, "EC-1044", corrected, out)
    number = local.decided(out)["claims"][0]["control_number"]
    void_claim(local.clinic, number, void)
    local.decided(void)
    local.remit()
    return local


def change(parties: Parties, statement: str) -> int:
    """Change the payer's store as somebody who can write the file could."""
    parties.payer.store.close()
    parties.payer.__dict__.pop("store")
    with closing(sqlite3.connect(parties.payer.home.store_place)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        changed = connection.execute(statement).rowcount
        connection.commit()
    return changed


def said(parties: Parties, number: str = "") -> list[str]:
    return [difference.what for difference in verify(parties.payer, number).differences]


def test_what_was_decided_comes_out_again_to_the_byte(decided: Parties) -> None:
    found = verify(decided.payer)
    assert found.differences == ()
    assert (found.decisions, found.payments) == (5, 1)
    assert verify(decided.payer, "EC-2044").decisions == 1


def test_a_changed_amount_is_named(decided: Parties) -> None:
    changed = """UPDATE decisions SET decision = replace(decision, '"paid":"125.00 USD"', '"paid":"126.00 USD"')
        WHERE inputs LIKE '%"correction":null%'"""
    assert change(decided, changed)
    found = said(decided)
    assert "paid is 126.00, recomputed 125.00" in found
    assert any("was signed over another trace" in what for what in found)
    assert any("says paid 125.00, the decision 126.00" in what for what in found)
    assert any("the chain paid 125.00, the decisions say 126.00" in what for what in found)


def test_a_changed_input_is_found(decided: Parties) -> None:
    assert change(decided, """UPDATE decisions SET inputs = replace(inputs, '"50.00 USD"', '"51.00 USD"')""")
    assert any(what.startswith("rule_pack is ") for what in said(decided))
    change(decided, """UPDATE decisions SET inputs = replace(inputs, '"95.00 USD"', '"94.00 USD"')""")
    found = said(decided)
    assert "it was decided of another claim than the one that is stored" in found
    assert any("inputs are none to decide by" in what for what in found)


def test_inputs_that_are_none_are_told(decided: Parties) -> None:
    change(decided, "UPDATE decisions SET inputs = '{}'")
    assert all("inputs cannot be read" in what for what in said(decided, "EC-2044"))


def test_a_moved_accumulator_is_found(decided: Parties) -> None:
    assert change(decided, "UPDATE accumulator_totals SET deductible = deductible + 100")
    (what,) = said(decided)
    assert "plan year 2026: deductible 1.00 where the moves add up to 0.00" in what


def test_a_move_that_no_decision_made_is_found(decided: Parties) -> None:
    assert change(decided, "UPDATE accumulator_moves SET deductible = deductible + 1 WHERE reversal = 0")
    assert "the accumulators moved by other amounts than it used" in said(decided)


def test_a_table_that_is_gone_is_named(decided: Parties) -> None:
    changed = (
        """UPDATE decisions SET inputs = replace(inputs, '"tables":null', '"tables":[["mue-practitioner","2026Q1"]]')"""
    )
    assert change(decided, changed)
    assert "table mue-practitioner of version 2026Q1 is not among the imported: it cannot be recomputed" in said(
        decided
    )


def test_nothing_that_is_said_names_a_patient(decided: Parties) -> None:
    change(decided, """UPDATE decisions SET decision = replace(decision, 'NGP-550917', 'NGP-000000')""")
    found = said(decided)
    assert found
    for what in found:
        assert "NGP-" not in what
        assert "HALLAM" not in what


def stored(parties: Parties) -> Iterator[tuple[Inputs, Decision]]:
    with parties.payer.store.reading() as work:
        for claim in work.claims.all():
            for kept in work.decisions.versions(claim.control_number):
                yield decode(Inputs, kept.inputs), kept.decision


def test_the_first_difference_is_named_by_its_place(decided: Parties) -> None:
    decision = next(decision for _, decision in stored(decided) if decision.paid > Money(0))
    line = replace(decision.lines[0], paid=Money(1))
    assert first_difference(decision, replace(decision, lines=(line, *decision.lines[1:]))).startswith(
        "lines[0].paid is "
    )
    shorter = first_difference(decision, replace(decision, trace=decision.trace[1:]))
    assert shorter.startswith("trace ")
    assert PERSON not in first_difference(decision, replace(decision, person="somebody"))


def test_an_export_holds_all_that_a_replay_needs_and_is_its_owners_alone(decided: Parties) -> None:
    out = decided.folder / "audit" / "decisions.json"
    assert export(decided.payer, out) == 5
    document = json.loads(out.read_text())
    assert (document["format"], document["version"], len(document["decisions"])) == ("claims audit", 1, 5)
    assert out.stat().st_mode & 0o077 == 0
    for entry, (inputs, _) in zip(document["decisions"], stored(decided), strict=True):
        assert decode(Inputs, json.dumps(entry["inputs"])) == inputs
    assert export(decided.payer, out, "EC-2044") == 1


def test_a_claim_that_is_not_known_is_a_usage_error(local: Parties) -> None:
    with pytest.raises(UsageError, match="knows no claim NOPE"):
        verify(local.payer, "NOPE")
    with pytest.raises(UsageError, match="is a payer's"):
        verify(local.clinic)


# published tables


def import_limits(parties: Parties, title: str, *rows: tuple[str, str, str]) -> None:
    """Import a release of unit limits into the payer's home, as another process would."""
    file = kept(parties.folder, "limits.csv", limits(*rows, title=title))
    import_tables(parties.payer.home.folder / "tables", [file])
    tables = parties.payer.__dict__.pop("tables", None)
    if tables is not None:
        tables.close()


def test_a_decision_is_recomputed_by_the_tables_of_its_time(local: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    import_limits(local, "Effective 01/01/2026", ("97110", "6", "3 Date of Service Edit: Clinical"))
    local.decided()
    import_limits(local, "Effective 04/01/2026", ("97110", "1", "3 Date of Service Edit: Clinical"))
    ((inputs, decision),) = stored(local)
    assert inputs.tables is not None
    assert len(inputs.tables) == 1
    assert decision.paid == Money(175_00)
    assert said(local) == []
    monkeypatch.setattr(PublishedTables, "as_of", lambda self, versions: self)
    (what,) = said(local)
    assert what.startswith("rule_pack is "), "by today's tables it would be another decision"
