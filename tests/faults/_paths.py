"""Makes the lab and the tools importable; to be imported first."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("lab", "tools", "faults")]
