"""`claims eligibility`: what providers ask about patients' cover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import HOME, AsJson, Home, Profile

if TYPE_CHECKING:
    from claims.model.eligibility import EligibilityAnswer

app = typer.Typer(no_args_is_help=True, help="A payer's answers to eligibility inquiries: a 270 in, a 271 out.")


@app.command("answer")
def answer_(
    file: Annotated[Path, typer.Argument(help="The 270 to answer.")],
    home: Home = HOME,
    out: Annotated[Path, typer.Option(help="Folder for the 271.")] = Path("answers"),
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Answer a 270 by a 271: active or inactive cover, its dates, the cost share and what is left of it.

    A patient who is not found is an answer too (AAA). Exit code 3 where the file is rejected.

    Example: claims eligibility answer monday.270 --home payer --out to-clinic
    """
    from claims.service.eligibility import answer_eligibility
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        answered = answer_eligibility(office, file, out)
    if as_json:
        answers = [_document(one) for one in answered.answers]
        print_json({"answers": answers, "refused": list(answered.refused), "file": str(answered.path)})
        return
    print_lines(_sentence(place, one) for place, one in enumerate(answered.answers, 1))
    print_lines(f"one who asks: rejected, AAA03 {reason}" for reason in answered.refused)
    print_lines([f"wrote {answered.path}"])


def _document(answer: EligibilityAnswer) -> dict[str, Any]:
    """An answer without a name: the payer's person id, and nothing where nobody was found."""
    return {
        "trace": answer.trace,
        "status": answer.status,
        "reject": answer.reject or None,
        "person": answer.person or None,
        "benefits": [
            {
                "code": benefit.code,
                "service_types": list(benefit.service_types),
                "period": benefit.period or None,
                "amount": None if benefit.amount is None else str(benefit.amount),
                "share": None if benefit.share is None else str(benefit.share),
            }
            for benefit in answer.benefits
        ],
    }


def _sentence(place: int, answer: EligibilityAnswer) -> str:
    if answer.reject:
        return f"patient {place}: rejected, AAA03 {answer.reject}"
    return f"patient {place}: {answer.person} {answer.status}"
