"""How likely a candidate answers: a logistic model over the scores, and two thresholds on it.

The numbers are fitted by `training/calibrate.py` on questions apart from those that judge them and
lie beside the reader's weights; they belong to one reader and one kind of encoder.
"""

import json
import math
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from seminar_qa.errors import ModelError
from seminar_qa.hits import Hit
from seminar_qa.reader import Span

Mode = Literal["balanced", "strict"]


@dataclass(frozen=True)
class Calibration:
    """Weights of the logistic model and the least probability to answer at, by mode."""

    intercept: float
    span: float
    dense: float
    coverage: float
    balanced: float
    strict: float

    @classmethod
    def load(cls) -> "Calibration":
        """Read the numbers the package carries. Raises ModelError when they are missing."""
        try:
            path = files("seminar_qa") / "weights" / "calibration.json"
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(
                f"the calibration is missing ({error}); install seminar-qa again"
            ) from error

    def probability(self, hit: Hit, span: Span, penalty: float = 0.0) -> float:
        """Return the chance, 0.0 to 1.0, that `span` answers; `penalty` is taken off the logit."""
        logit = self.intercept - penalty
        logit += self.span * span.score + self.dense * hit.dense
        logit += self.coverage * hit.coverage
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit))))

    def threshold(self, mode: Mode) -> float:
        """Return the least probability to answer at."""
        return self.strict if mode == "strict" else self.balanced
