"""The runner answers with the figures, as a table and as a file."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as runner
from tests.benchmarks import registry
from tests.benchmarks.report import Figure, Options, Report, percentile

FIGURE = Figure(
    name="some_ratio", value=2.5, unit="ratio", reference="a peer", reference_value=4.0, ratio=2.5
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """How a benchmark that takes no time was asked to run."""
    seen: list[Options] = []

    def run(options: Options) -> Report:
        seen.append(options)
        return Report(benchmark="local_command", figures=[FIGURE], notes=["a note"])

    monkeypatch.setattr(runner, "benchmark", lambda name: run)
    return seen


def test_it_prints_a_table_and_writes_the_figures(
    asked: list[Options], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert runner.main(["local_command", "--json", str(out), "--data", str(tmp_path), "--quick"]) == 0
    assert asked == [Options(quick=True, data=tmp_path)]
    assert json.loads(out.read_text()) == {
        "benchmark": "local_command",
        "figures": [
            {
                "name": "some_ratio",
                "value": 2.5,
                "unit": "ratio",
                "reference": "a peer",
                "reference_value": 4.0,
                "ratio": 2.5,
            }
        ],
        "notes": ["a note"],
    }
    table = capsys.readouterr().out
    assert "some_ratio" in table
    assert "a note" in table


@pytest.mark.parametrize(
    "arguments", [["no_such_benchmark"], [], ["local_command", "--data", "/no/such/folder"]]
)
def test_what_it_cannot_do_it_says(
    arguments: list[str], asked: list[Options], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        runner.main(arguments)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err
    assert asked == []


@pytest.mark.parametrize("name", sorted(registry.BENCHMARKS))
def test_every_benchmark_that_is_offered_exists(name: str) -> None:
    spec = importlib.util.find_spec(registry.BENCHMARKS[name])
    assert spec is not None


def test_a_percentile_is_a_sample() -> None:
    samples = [float(n) for n in range(100)]
    assert percentile(samples, 0.99) == 99.0
    assert percentile(samples, 0.5) == 50.0
    assert percentile([7.0], 0.99) == 7.0


@pytest.mark.slow
def test_local_command_measures_every_figure_of_its_goals() -> None:
    report = registry.benchmark("local_command")(Options(quick=True))
    figures = {figure.name: figure for figure in report.figures}
    assert {"place_order_p50_ratio", "place_order_p99_ms"} <= figures.keys()
    assert all(figure.value > 0 and figure.reference_value for figure in report.figures)
