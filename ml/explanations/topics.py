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
        self._position = {name: number for number, name in enumerate(self.features)}
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

    def words(self, number: int, rows: NDArray) -> NDArray:
        """What the topic of this number says of some rows.

        Returns
        -------
        NDArray
            Texts, and None where it can say nothing that makes sense; shape (n_rows,).
        """
        leader, special = self.leader[rows, number], self._special[number]
        if special is not None:
            return self._told(special, number, rows, leader != _NOBODY)
        said = np.full(len(rows), None, dtype=object)
        for column in np.unique(leader[leader != _NOBODY]):
            of_column = leader == column
            said[of_column] = self.sentences.of(self.features[column], rows[of_column])
        return said

    def shared_words(self, number: int, rows: NDArray) -> NDArray:
        """What rows share with others of their score, where the topic can say nothing more; None without such words."""
        special = self._special[number]
        if special is None or not special.otherwise:
            return np.full(len(rows), None, dtype=object)
        return self.sentences.filled(special.otherwise, rows)

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

    def _told(self, topic: Topic, number: int, rows: NDArray, may_tell: NDArray) -> NDArray:
        """By the first sentence that holds and whose fields are known; None where none does, or nothing may be told."""
        said, rises = np.full(len(rows), None, dtype=object), self.strength[rows, number] > 0
        for meaning, sign, moved in ((self._higher, 1, may_tell & rises), (self._lower, -1, may_tell & ~rises)):
            left = np.flatnonzero(moved)
            for sentence in topic.staying if meaning == "staying" else topic.leaving:
                if not len(left):
                    break
                holding = left[self._holds(sentence, rows[left], meaning)]
                words = self.sentences.filled(sentence.words, rows[holding])
                is_told = words != None  # noqa: E711 - elementwise
                told, words = holding[is_told], words[is_told]
                besides = self._besides(topic, sentence, rows[told], meaning, sign)
                said[told] = [
                    f"{first}, {other}" if other else first for first, other in zip(words, besides, strict=True)
                ]
                left = left[said[left] == None]  # noqa: E711 - elementwise
        return said

    def _holds(self, sentence: Sentence, rows: NDArray, meaning: Meaning) -> NDArray:
        holds = np.ones(len(rows), dtype=bool)
        for name in sentence.if_all:
            holds &= self._is_said(name, rows, meaning)
        if sentence.if_one:
            holds &= np.logical_or.reduce([self._is_said(name, rows, meaning) for name in sentence.if_one])
        for name in sentence.if_not_known:
            holds &= ~self.sentences.is_known(name, rows)
        return holds

    def _is_said(self, name: str, rows: NDArray, meaning: Meaning) -> NDArray:
        if name not in self._position:
            return np.zeros(len(rows), dtype=bool)
        return self._says[meaning][rows, self._position[name]]

    def _besides(self, topic: Topic, sentence: Sentence, rows: NDArray, meaning: Meaning, sign: int) -> NDArray:
        """The words added to a sentence, or None; shape (n_rows,)."""
        added = np.full(len(rows), None, dtype=object)
        names = [name for name in topic.besides if name not in sentence.fields and name in self._position]
        if sentence.is_alone or not names or not len(rows):
            return added
        pulls = np.column_stack(
            [
                np.where(self._is_said(name, rows, meaning), sign * self.parts[rows, self._position[name]], 0.0)
                for name in names
            ]
        )
        strongest, pulls_at_all = np.argmax(pulls, axis=1), pulls.max(axis=1, initial=0.0) > 0
        for number, name in enumerate(names):
            of_name = pulls_at_all & (strongest == number)
            added[of_name] = self.sentences.filled(topic.besides[name], rows[of_name])
        return added


def _meanings(higher: Meaning | None) -> tuple[Meaning, Meaning]:
    """What higher and lower scores mean."""
    first, second = MEANINGS
    return (first, second) if higher in {None, first} else (second, first)
