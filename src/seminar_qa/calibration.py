"""What evidence is worth: which candidate goes first, how likely it is right, and when to answer.

Two linear models. `ranking` orders the candidates of one question; `confidence` is a logistic model
of the best one's evidence, its ranking score and its margin over the next other answer. The numbers
are fitted by `training/calibrate.py` on questions apart from those that judge them and lie beside
the reader's weights; they belong to one reader and one kind of encoder.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from seminar_qa.errors import ModelError
from seminar_qa.evidence import Evidence

Mode = Literal["balanced", "strict"]
MOST_MARGIN = 4.0
"""A margin above this tells no more."""


@dataclass(frozen=True)
class Calibration:
    """Weights by the name of what they weigh, and the least probability to answer at, by mode.

    `confidence` may also weigh `intercept`, `score` and `margin`.
    """

    ranking: Mapping[str, float]
    confidence: Mapping[str, float]
    balanced: float
    strict: float

    @classmethod
    def load(cls, name: str = "calibration") -> "Calibration":
        """Read the numbers the package carries. Raises ModelError when they are missing."""
        try:
            path = files("seminar_qa") / "weights" / f"{name}.json"
            found = cls(**json.loads(path.read_text(encoding="utf-8")))
            Evidence(0.0).weigh(found.ranking)
            found.probability(Evidence(0.0), 0.0)
            return found
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                f"the calibration is missing ({error}); install seminar-qa again"
            ) from error

    def score(self, evidence: Evidence) -> float:
        """Return what orders the candidates of one question; unbounded."""
        return evidence.weigh(self.ranking)

    def probability(self, evidence: Evidence, margin: float) -> float:
        """Return the chance, 0.0 to 1.0, that a candidate answers.

        `margin` is its ranking score less that of the best other answer.
        """
        about = {
            "intercept": 1.0,
            "score": self.score(evidence),
            "margin": max(-MOST_MARGIN, min(MOST_MARGIN, margin)),
        }
        known = {name: weight for name, weight in self.confidence.items() if name not in about}
        logit = evidence.weigh(known)
        logit += sum(self.confidence.get(name, 0.0) * value for name, value in about.items())
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit))))

    def threshold(self, mode: Mode) -> float:
        """Return the least probability to answer at."""
        return self.strict if mode == "strict" else self.balanced
