"""How features are put into words, and what more of one is expected to mean."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter
from typing import Literal

from pydantic import Field, field_validator, model_validator

from warehouse.base.declarations import Frozen
from warehouse.base.meanings import Meaning

Shown = Literal["number", "amount", "share", "text"]


class Wording(Frozen):
    """How one feature is put into words, and which words would be against common sense.

    Attributes
    ----------
    topic
        Features of one topic say nearly the same; only the strongest of them is named.
    words
        Alternatives; the first whose fields are all known is taken. Fields: value, typical, and the
        customer's other features by name.
    unit
        One and many, put behind the value.
    choices
        Words for single values, in place of `words`.
    not_known
        Words where there is no value.
    more_means
        What more of it is expected to say of the time to come: the customer stays, or leaves. A value on one side of
        the typical one is no reason for the opposite.
    not_known_means
        What it says that there is no value; by default nothing, and it is no reason.
    usual
        Values between which it may speak for either; by default only the typical customer's is, and speaks for neither.
    """

    topic: str
    words: tuple[str, ...] = ()
    unit: tuple[str, str] | None = None
    shown_as: Shown = "number"
    not_known: str | None = None
    choices: dict[int, str] = Field(default_factory=dict)
    more_means: Meaning | None = None
    not_known_means: Meaning | None = None
    usual: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _usual_is_a_band(self) -> Wording:
        if self.usual is not None and (self.more_means is None or self.usual[0] >= self.usual[1]):
            raise ValueError("`usual` takes a value and a larger one, and goes with `more_means`")
        return self

    @property
    def fields(self) -> set[str]:
        """The features that its words name."""
        return fields_of(self.words) - {"value", "typical"}


class Sentence(Frozen):
    """What a topic may say of a customer.

    Attributes
    ----------
    words
        Fields are features, shown with their units.
    if_all, if_one
        Features of which all, or one at least, must speak for what is said.
    if_not_known
        Features that must be without a value.
    is_alone
        Whether nothing is added to it.
    """

    words: str
    if_all: tuple[str, ...] = ()
    if_one: tuple[str, ...] = ()
    if_not_known: tuple[str, ...] = ()
    is_alone: bool = False

    @field_validator("words")
    @classmethod
    def _can_be_filled(cls, words: str) -> str:
        fields_of([words])
        return words

    @property
    def fields(self) -> set[str]:
        """The features that its words name."""
        return fields_of([self.words])


class Topic(Frozen):
    """What is said of a customer where several features together make sense, and one alone would not.

    Attributes
    ----------
    staying, leaving
        Of a customer who is expected to stay, or to leave: the first whose fields are known and whose conditions hold
        is taken; without one the topic is no reason.
    besides
        Feature → words added where it speaks for the same: of those, the one that moves the score most.
    otherwise
        Of a score that is moved by this topic most, and against what any sentence could say: what it shares with the
        others of that score, which explains neither more nor less. None: nothing.
    """

    staying: tuple[Sentence, ...]
    leaving: tuple[Sentence, ...]
    besides: dict[str, str] = Field(default_factory=dict)
    otherwise: str | None = None

    @property
    def named(self) -> set[str]:
        """All features that it names."""
        sentences = (*self.staying, *self.leaving)
        named = {name for one in sentences for name in (*one.fields, *one.if_all, *one.if_one, *one.if_not_known)}
        return named | set(self.besides) | fields_of([self.otherwise] if self.otherwise else [])

    @property
    def judged(self) -> set[str]:
        """The features that must speak for something."""
        sentences = (*self.staying, *self.leaving)
        return {name for one in sentences for name in (*one.if_all, *one.if_one)} | set(self.besides)


def fields_of(words: Iterable[str]) -> set[str]:
    """The names in braces."""
    return {field for text in words for _, field, _, _ in Formatter().parse(text) if field is not None}
