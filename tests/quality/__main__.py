"""`make quality EVAL=folder`: the pinned gate, then the whole evaluation of a folder that has its own `score.py`.

The data stays where it is; nothing of it is copied. Without a folder only the gate runs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TASKS = ("summaries", "headlines", "multidoc", "topics", "clusters", "sentences", "extraction", "feeds")


def main() -> int:
    """Run the gate and the evaluation; return the exit status of the first that failed."""
    gate = subprocess.run([sys.executable, "-m", "pytest", "tests/quality"], check=False)
    if gate.returncode or len(sys.argv) == 1:
        return gate.returncode
    folder = Path(sys.argv[1])
    score = folder / "score.py"
    if not score.is_file():
        print(f"{folder} has no score.py; EVAL names a folder of evaluation data", file=sys.stderr)
        return 2
    command = f"{sys.executable} -m bot"
    done = subprocess.run([sys.executable, str(score), *TASKS, "--command", command], check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
