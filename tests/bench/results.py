"""The file of answers of a benchmark, and what makes an answer out of date."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

Record = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ortools", "highspy", "numpy", "scipy")


class Results:
    """Lines of JSON; a line is written as soon as its answer is there.

    A last line that was cut off (the run was killed while writing) is dropped.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.records: list[Record] = []
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            self.records = [r for r in map(_record, lines) if r is not None]
            if len(self.records) < len(lines):
                self._rewrite()

    def forget(self, methods: Sequence[str]) -> None:
        """Drop the answers of some methods, so that they are measured again."""
        kept = [r for r in self.records if r.get("method") not in methods]
        if len(kept) < len(self.records):
            self.records = kept
            self._rewrite()

    def has(self, **key: object) -> bool:
        """Whether a record with these fields is there."""
        return any(all(r.get(k) == v for k, v in key.items()) for r in self.records)

    def add(self, record: Record) -> None:
        """Keep a record, on the disk at once."""
        self.records.append(record)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def _rewrite(self) -> None:
        lines = [json.dumps(r, ensure_ascii=False) + "\n" for r in self.records]
        beside = self.path.with_suffix(".tmp")
        beside.write_text("".join(lines), encoding="utf-8")
        beside.replace(self.path)


def _record(line: str) -> Record | None:
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


@cache
def machine() -> dict[str, Any]:
    """Machine and versions, for the table's caption."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    return {
        "cpu": cpu,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


@cache
def engine_stamp() -> str:
    """Stamp of every module of the engine that is loaded, with the chain of the benchmark.

    Loaded is what the benchmark imports: whatever decides a problem or its solve, and no more.
    """
    names = [n for n in sys.modules if n.startswith("engine.") or n == "tests.bench.chain"]
    files = [getattr(sys.modules[name], "__file__", None) for name in names]
    policies = (ROOT / "data").glob("policies/*.toml")
    return stamp([*(Path(f) for f in files if f), *policies])


def stamp(files: Iterable[Path]) -> str:
    """Twelve hex digits of sources, the machine and the versions.

    An answer under another stamp was measured with other code or elsewhere and does not count.
    """
    digest = hashlib.sha256(json.dumps(machine(), sort_keys=True).encode())
    for path in sorted(set(files)):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
