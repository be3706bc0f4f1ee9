"""Topics of reasons: what features with nearly the same meaning add to a score together, and what may be said of it.

A topic is told by a feature that moves the score in the topic's direction and whose own value is on the side that its
declaration expects of that direction; without one the topic is no reason. In a topic with sentences of its own the
features are judged together: there it is enough that one is on that side and a sentence holds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contributions.scales import Contributions
from ml.explanations.configuration import ReasonsConfiguration
from ml.explanations.sides import sides
from ml.explanations.wording import Sentences
from warehouse.base.meanings import MEANINGS, Meaning
from warehouse.tables.feature_words import Sentence, Topic

_NOBODY = -1


class Topics:
    """The topics of some scored rows.

    Parameters
    ----------
    typical
        The typical customer's values.
    higher_means
        What a higher score says of the time to come; None: neither, and no direction is expected of any value.
    others
        The rows that they are compared with.

    Attributes
    ----------
    features
        Their names, in the order of the columns.
    parts
        The contributions, shape (n_rows, n_features).
    strength
        The contribution of each topic, shape (n_rows, n_topics).
    leader
        The feature that tells each topic, as the position of its column; −1 without one.
    """

    def __init__(
        self,
        configuration: ReasonsConfiguration,
        contributions: Contributions,
        features: pd.DataFrame,
        typical: pd.Series,
        higher_means: Meaning | None,
        *,
        others: pd.DataFrame,
    ) -> None:
        self.sentences = Sentences(configuration, features, typical)
        self.features = list(features.columns)
        self.parts = contributions.values.to_numpy()
        self._higher, self._lower = _meanings(higher_means)
        said = sides(configuration, features, typical, others)
        self._says = said if higher_means else dict.fromkeys(MEANINGS, np.logical_or(*said.values()))
        topic_of = [self.sentences.topic(name) for name in self.features]
        self.names = list(dict.fromkeys(topic_of))
        self._special = [configuration.topic(name) if higher_means else None for name in self.names]
        members = [np.flatnonzero(np.array(topic_of) == name) for name in self.names]
        self.strength = np.column_stack([self.parts[:, columns].sum(axis=1) for columns in members])
        self.leader = np.column_stack([self._leaders(number, columns) for number, columns in enumerate(members)])

    def words(self, row: int, number: int) -> str | None:
        """What the topic of this number says of a row; None if it can say nothing that makes sense."""
        leader, special = self.leader[row, number], self._special[number]
        if leader == _NOBODY:
            return None
        return self.sentences.of(self.features[leader], row) if special is None else self._told(special, row, number)

    def shared_words(self, row: int, number: int) -> str | None:
        """What a row shares with others of its score, where the topic can say nothing more; None without such words."""
        special = self._special[number]
        return self.sentences.filled(special.otherwise, row) if special and special.otherwise else None

    def _leaders(self, number: int, columns: NDArray) -> NDArray:
        moved, special = self.strength[:, [number]], self._special[number]
        pull = self.parts[:, columns] * np.sign(moved)
        says = np.where(moved > 0, self._says[self._higher][:, columns], self._says[self._lower][:, columns])
        if special is not None:
            may_tell = says & np.isin([self.features[column] for column in columns], self.sentences.directed)
        else:
            may_tell = says & (pull > 0)
        leader = columns[np.argmax(np.where(may_tell, pull, -np.inf), axis=1)]
        return np.where(may_tell.any(axis=1), leader, _NOBODY)

    def _told(self, topic: Topic, row: int, number: int) -> str | None:
        rises = self.strength[row, number] > 0
        meaning = self._higher if rises else self._lower
        for sentence in topic.staying if meaning == "staying" else topic.leaving:
            if self._holds(sentence, row, meaning) and (words := self.sentences.filled(sentence.words, row)):
                return ", ".join([words, *self._besides(topic, sentence, row, meaning, 1 if rises else -1)])
        return None

    def _holds(self, sentence: Sentence, row: int, meaning: Meaning) -> bool:
        says = [self._is_said(name, row, meaning) for name in sentence.if_one]
        return (
            all(self._is_said(name, row, meaning) for name in sentence.if_all)
            and (not says or any(says))
            and not any(self.sentences.is_known(name, row) for name in sentence.if_not_known)
        )

    def _is_said(self, name: str, row: int, meaning: Meaning) -> bool:
        return name in self.sentences.features and bool(self._says[meaning][row, self.features.index(name)])

    def _besides(self, topic: Topic, sentence: Sentence, row: int, meaning: Meaning, sign: int) -> list[str]:
        pulls = {
            name: sign * self.parts[row, self.features.index(name)]
            for name in topic.besides
            if not sentence.is_alone and name not in sentence.fields and self._is_said(name, row, meaning)
        }
        strongest = max(pulls, key=lambda name: pulls[name], default=None)
        if strongest is None or pulls[strongest] <= 0:
            return []
        return [words for words in [self.sentences.filled(topic.besides[strongest], row)] if words]


def _meanings(higher: Meaning | None) -> tuple[Meaning, Meaning]:
    """What higher and lower scores mean."""
    first, second = MEANINGS
    return (first, second) if higher in {None, first} else (second, first)
