"""The states of a model's life, and which may follow which: the one table that everybody asks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from warehouse.base.errors import ModelUnavailable


class State(StrEnum):
    """What was decided about a version, with the value that `quality.model_promotions` has for it."""

    TRAINED = "trained"  # it is registered, and nobody was asked about it; never written
    PROMOTED = "promoted"  # it won, and serves
    BASELINE_SERVES = "baseline_serves"  # a rule that serves, because nothing was better
    SERVES_PAST_DATES = "serves_past_dates"  # of a date before the champion's, which stays: it serves from its own on
    ROLLED_BACK = "rolled_back"  # put back into service by hand
    AWAITING_APPROVAL = "awaiting_approval"  # it won; a person is asked whether it may serve
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # a later training took its place before anybody answered
    # Decisions that leave every version what it was.
    CHAMPION_KEPT = "champion_kept"  # trained, and what serves goes on
    NOT_RETRAINED = "not_retrained"  # what serves is good enough
    REFUSED = "refused"  # the data do not allow a model
    FAILED = "failed"  # the training of an optional job ended in an error
    NO_MODEL = "no_model"  # the job has none; never written

    @classmethod
    def of_tag(cls, tag: str | None) -> State:
        """The state that MLflow's tag `approval` tells; of a version without the tag nobody was asked."""
        return cls.AWAITING_APPROVAL if tag == "awaiting" else cls(tag or cls.TRAINED)

    @property
    def tag(self) -> str:
        """The value of MLflow's tag `approval`."""
        return self.value.removesuffix("_approval")

    def may_become(self, state: State) -> bool:
        """Whether a version in this state can come to be in the other."""
        return state in FOLLOWING.get(self, ())

    def check(self, state: State, name: str) -> None:
        """Raise ModelUnavailable, with the name of the version, if it cannot be said to be in the other state now."""
        if state != self and state not in LEAVE_ALL_AS_IT_IS and not self.may_become(state):
            raise ModelUnavailable(
                f"{name} cannot be {state.replace('_', ' ')}: it is {self.replace('_', ' ')}.",
                "Look at its tag `approval` in MLflow; docs/approval-and-rollback.md says who may change it.",
            )


LEAVE_ALL_AS_IT_IS = frozenset({State.CHAMPION_KEPT, State.NOT_RETRAINED, State.REFUSED, State.FAILED, State.NO_MODEL})
SERVING = frozenset({State.PROMOTED, State.BASELINE_SERVES, State.SERVES_PAST_DATES, State.ROLLED_BACK})

# MLflow's tags tell whether people were asked, and the decisions who serves: what has served is `TRAINED` there.
FOLLOWING: Mapping[State, frozenset[State]] = {
    State.TRAINED: SERVING | {State.AWAITING_APPROVAL},
    State.AWAITING_APPROVAL: frozenset({State.APPROVED, State.REJECTED, State.WITHDRAWN}),
    State.REJECTED: frozenset({State.APPROVED}),
    State.APPROVED: frozenset({State.PROMOTED, State.SERVES_PAST_DATES, State.ROLLED_BACK}),
    State.WITHDRAWN: frozenset({State.ROLLED_BACK}),
    **dict.fromkeys(SERVING, frozenset({State.ROLLED_BACK})),
}
