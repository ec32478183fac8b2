"""Questions to a city's own data, never asked by the public edition."""

from __future__ import annotations

from hotspots.questions.restricted.asked import Asked, Question, question

__all__ = ["Asked", "Question", "question"]
