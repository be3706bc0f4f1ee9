"""Everything the make targets do, as calls: from a notebook, another scheduler, another program."""

from clientele.client import Clientele
from clientele.scorer import Answer, NoAnswer, Scorer

__all__ = ["Answer", "Clientele", "NoAnswer", "Scorer"]
