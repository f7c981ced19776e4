"""What the benchmarks share: the program, the peer, made-up towns, and how costs are measured and printed.

Times are told as CPU-seconds (user and system, of a whole process and all its threads) beside wall seconds, since
the former say what a machine has to give; peak memory is the largest resident set. Nothing here judges a time.
"""

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
SCRATCH = TARGET / "bench"
DUCKDB = "2.0.1"
ON = "2026-11-01"
PUBLIC = ROOT / "../shared/data"


@dataclass
class Cost:
    """What one process took, and what it printed."""

    wall: float
    cpu: float
    peak: int
    out: str

    def row(self, name):
        return [name, f"{self.wall:.2f} s", f"{self.cpu:.2f} s", size(self.peak)]


COSTS = ["", "wall", "CPU", "peak memory"]


def options(about, citizens, **more):
    """The usual options of a benchmark; `more` names further ones with their defaults."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--citizens", type=int, default=citizens, help="how large a town (default %(default)s)")
    parser.add_argument("--runs", type=int, default=1, help="take the least of so many runs (default %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="threads of the peer (default %(default)s)")
    for name, default in more.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help="(default %(default)s)")
    return parser.parse_args()


def stead():
    """The program, built; or another one, where the environment names it as `STEAD`."""
    if "STEAD" in os.environ:
        return os.environ["STEAD"]
    subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "stead"], cwd=ROOT, check=True)
    return str(TARGET / "release/stead")


def duckdb_python():
    """A Python of its own that has DuckDB, made once."""
    python = SCRATCH / "python/bin/python"
    known = [str(python), "-c", f"import duckdb; assert duckdb.__version__ == '{DUCKDB}'"]
    if not python.exists() or subprocess.run(known, capture_output=True).returncode:
        subprocess.run([sys.executable, "-m", "venv", str(SCRATCH / "python")], check=True)
        pip = [str(SCRATCH / "python/bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"duckdb=={DUCKDB}"], check=True)
    return str(python)


def measured(command, runs=1):
    """Runs a command, `runs` times, and gives the run that took the least CPU."""
    return min((once(command) for _ in range(max(runs, 1))), key=lambda cost: cost.cpu)


def once(command):
    with tempfile.TemporaryFile("w+") as out:
        begun = time.monotonic()
        child = subprocess.Popen([str(part) for part in command], stdout=out, cwd=ROOT)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if child.returncode:
        sys.exit(f"failed ({child.returncode}): {' '.join(map(str, command))}\n{text}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, text)


def asked_of_duckdb(script, threads, runs=1):
    """Runs statements in DuckDB, in a process of its own; the rows of the last one come back with the cost."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    path = SCRATCH / "statements.sql"
    path.write_text(script)
    cost = measured([duckdb_python(), ROOT / "bench/shared/peer.py", path, threads], runs)
    return cost, json.loads(cost.out)


def asked_of_stead(program, sql, lake, runs=1):
    """Asks Stead in SQL; the rows come back with the cost."""
    cost = measured([program, "query", sql, "--lake", lake, "--format", "csv"], runs)
    return cost, list(csv.reader(cost.out.splitlines()))[1:]


def town(program, citizens, slim=True):
    """A town's records as NDJSON, made once."""
    return made(program, citizens, slim, "town", "--out")


def lake(program, citizens, slim=True):
    """A town's lake, made once: directly where the program can, which is quicker, or else by an import."""
    if makes_lakes(program):
        return made(program, citizens, slim, "lake", "--lake")
    folder = SCRATCH / f"lake-{citizens}-{'slim' if slim else 'full'}"
    if not folder.exists():
        once([program, "import", town(program, citizens, slim), "--lake", folder])
    return folder


def makes_lakes(program):
    """Whether `stead synth` can write a lake's tables directly."""
    return "--lake" in subprocess.run([program, "synth", "--help"], capture_output=True, text=True).stdout


def made(program, citizens, slim, what, flag):
    folder = SCRATCH / f"{what}-{citizens}-{'slim' if slim else 'full'}"
    if not folder.exists():
        SCRATCH.mkdir(parents=True, exist_ok=True)
        history = ["--slim"] if slim else []
        once([program, "synth", "--citizens", citizens, *history, flag, folder])
    return folder


def table_files(lake_folder, table):
    """A pattern of a table's files in a lake."""
    return f"{lake_folder}/tables/{table}/*.parquet"


def answer_files(lake_folder, table):
    """A pattern of a table's files among the answers of a lake's latest run."""
    return f"{latest_run(lake_folder)}/{table}/*.parquet"


def has_run(lake_folder):
    return latest_run(lake_folder) is not None


def latest_run(lake_folder):
    return max(Path(lake_folder).glob("runs/run-*"), default=None)


def emptied(path):
    path = Path(path)
    if path.exists():
        shutil.rmtree(path)
    return path


def forget_files():
    """Drops what the system remembers of files, where it lets us; says what it did."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("1\n")
        return "cold: the system's memory of files was emptied before each side"
    except OSError:
        return "warm: the system's memory of files could not be emptied"


def same(what, ours, theirs):
    """Whether both sides answered alike; says where not. Answers are lists of rows."""
    ours, theirs = sorted(map(plain, ours)), sorted(map(plain, theirs))
    if ours == theirs:
        print(f"  the same on both sides: {what} ({len(ours):,} rows)")
        return True
    only_ours = set(ours) - set(theirs)
    only_theirs = set(theirs) - set(ours)
    print(f"  NOT THE SAME: {what}: {len(ours):,} rows of Stead, {len(theirs):,} of DuckDB")
    for name, rows in (("Stead", only_ours), ("DuckDB", only_theirs)):
        print(f"    only {name}: {len(rows):,}, such as {sorted(rows)[:3]}")
    return False


def plain(row):
    """A row as a text, so that numbers and days of either side compare."""
    def cell(value):
        text = "" if value is None else str(value)
        try:
            return f"{float(text):.9g}"
        except ValueError:
            return text

    return "|".join(cell(value) for value in row)


def heading(name):
    print(f"# {name}\n")
    print(machine())


def machine():
    version = subprocess.run([stead(), "--version"], capture_output=True, text=True).stdout
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    day = time.strftime("%Y-%m-%d")
    return (
        f"{day}; {platform.machine()}, {os.cpu_count()} cores, {size(memory)}; {version.strip()}, "
        f"DuckDB {DUCKDB}, Python {platform.python_version()}\n"
    )


def printed(header, rows):
    """A table that reads as text and as Markdown."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]
    for number, row in enumerate([header, *rows]):
        cells = [cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths))]
        print("| " + " | ".join(cells) + " |")
        if number == 0:
            print("| " + " | ".join("-" * width if at == 0 else "-" * (width - 1) + ":" for at, width in enumerate(widths)) + " |")
    print()


def ratio(peer, ours):
    return f"{peer / ours:.2f}" if ours else "–"


def size(count):
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
