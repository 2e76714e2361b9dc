"""The benchmark of a region's scores runs and its intervals cover."""

from tests.bench.score_table import main


def test_a_small_region() -> None:
    """Seconds are printed, not judged; coverage of 400 × 8 intervals is near 90 %."""
    report = main(["--people", "400", "--nodes", "8", "--jobs", "1"])
    covered = float(report.split("cover ")[1].split()[0])
    assert 87 < covered < 93
