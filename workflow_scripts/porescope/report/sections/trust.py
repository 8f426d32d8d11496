"""Section on what the page rests on: the estimators' self-check and where everything came from."""

import pandas as pd

from porescope.report.blocks import Block, Key, Links, Note, Row, Section, Table
from porescope.report.results import Results
from porescope.report.words import MISSING, counted, number


def section(results: Results, seed: int) -> Section:
    """Self-check, failed lines first and never folded away; provenance."""
    checks = results.table("selfcheck")
    blocks: list[Block] = []
    keys: list[Key] = []
    lead = ""
    if checks is not None and len(checks):
        passed = checks["passed"].astype(str).str.lower().isin(["true", "1"])
        failed = int((~passed).sum())
        lead = (
            f"Every estimator was run on shapes with known answers: {int(passed.sum())} of {len(checks)} checks passed."
        )
        if failed:
            blocks.append(Note(f"{counted(failed, 'check')} FAILED. Do not rely on these estimators.", alarm=True))
            blocks.append(check_table("Failed checks", checks[~passed], alarm=True))
        blocks.append(check_table("Passed checks", checks[passed], folded=True))
        detail = "estimators on shapes with known answers" if not failed else f"{failed} FAILED, see Self-check"
        keys = [Key(f"{int(passed.sum())} of {len(checks)}", "self-checks passed", detail, alarm=bool(failed))]
    blocks.append(
        Note(
            "results/provenance.json lists, for this page and each of its figures, the SHA-256 of everything it came "
            "from, down to the raw slices, with the config, the digests of the code and the versions of all packages. "
            f"Seed of the campaign: {seed}."
        )
    )
    blocks.append(Links("In the results folder, beside this page:", links(results)))
    return Section("trust", "Self-check and provenance", lead, blocks, keys)


def check_table(title: str, checks: pd.DataFrame, alarm: bool = False, folded: bool = False) -> Table:
    """Rows of selfcheck.csv."""
    rows = [
        Row(
            [
                str(r["estimator"]),
                str(r["shape"]),
                "FAILED" if alarm else "passed",
                number(r["size_voxels"], 3),
                number(r["expected"], 4),
                number(r["measured"], 4),
                f"{number(100 * r['relative_error'], 2)} %" if r["relative_error"] == r["relative_error"] else MISSING,
                f"{number(100 * r['tolerance'], 2)} %",
            ],
            alarm=alarm,
        )
        for r in checks.to_dict("records")
    ]
    columns = ["estimator", "shape", "verdict", "size (voxels)", "expected", "measured", "relative error", "tolerance"]
    return Table(title, columns, rows, text_columns=3, folded=folded)


def links(results: Results) -> list[tuple[str, str]]:
    """Tables that the page was written from, relative to it."""
    tables = {
        "scores": "segment/scores.csv",
        "samples": "describe/sample.csv",
        "selfcheck": "describe/selfcheck.csv",
        "models": "relate/models.csv",
        "generator_scores": "generate/scores.csv",
    }
    there = [(path, f"../{path}") for name, path in tables.items() if results.paths(name)]
    return [*there, ("provenance.json", "../provenance.json")]
