"""The tables say what metrics.json says."""

from __future__ import annotations

import re
from typing import Any

from engines.evaluation_tables import markdown, spread, tables
from engines.tally import MAPS


def test_the_tables_tell_the_metrics(metrics: dict[str, Any]) -> None:
    """Figures come from metrics.json as they are, rounded to three places."""
    found = {t.name: {row[0]: row for row in t.rows} for t in tables(metrics)}
    total = metrics["total"]
    for name, iou in total["iou"].items():
        assert found["pixels"][name.replace("_", " ")][1:3] == tuple(iou[kind] for kind in MAPS)
    for name, facts in total["objects"].items():
        row = found["objects"][name.replace("_", " ")]
        assert (row[1], row[2], row[5], row[8]) == (
            facts["annotated"], facts["found"], facts["at_0.5"]["f1"], facts["at_0.75"]["f1"],
        )  # fmt: skip
    for name, group in metrics["institutions"].items():
        assert found["institutions"][name][2] == group["mean_iou"]["class_map"]
        assert found["institution-objects"][name][2] == group["objects"]["label"]["at_0.5"]["f1"]
    assert [row["measure"] for row in metrics["required"]] == list(found["required"])
    assert all(len(row) == len(t.head) for t in tables(metrics) for row in t.rows)


def test_the_spread_names_no_institution(metrics: dict[str, Any]) -> None:
    """Lowest, median and highest lie in order and among the institutions' own figures."""
    table = spread(metrics)
    for row in table.rows:
        lowest, middle, highest = (v for v in row[1:4] if isinstance(v, float))
        assert lowest <= middle <= highest
    own = {g["objects"]["label"]["at_0.5"]["f1"] for g in metrics["institutions"].values()}
    (labels,) = (row for row in table.rows if row[0] == "F1 of label at IoU 0.5")
    assert {labels[1], labels[3]} == own
    assert not any(name in markdown(table) for name in metrics["institutions"])


def test_markdown_keeps_its_columns(metrics: dict[str, Any]) -> None:
    """A pipe in a name is escaped, so that every row has as many cells as the head."""
    for table in tables(metrics):
        lines = [line for line in markdown(table).splitlines() if line.startswith("|")]
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(table.head) + 1}
