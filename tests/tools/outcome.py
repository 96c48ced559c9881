"""How one of several runs went, and the line that says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """How a target or a scenario went."""

    name: str
    passed: bool
    seconds: float

    @property
    def line(self) -> str:
        """The outcome for people."""
        return f"{self.name:<24}{'ok' if self.passed else 'FAILED':<8}{self.seconds:6.1f} s"
