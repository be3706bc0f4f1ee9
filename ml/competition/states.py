"""The states of a model version, and the one table of transitions between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from warehouse.base.errors import ModelUnavailable


class State(StrEnum):
    """What was decided about a version; the values are those of `quality.model_promotions`."""

    TRAINED = "trained"  # registered, without a question to a user; never written
    PROMOTED = "promoted"  # it won, and serves
    BASELINE_SERVES = "baseline_serves"  # a rule that serves, because nothing was better
    SERVES_PAST_DATES = "serves_past_dates"  # trained as of a date before the champion's: serves from its own date on
    ROLLED_BACK = "rolled_back"  # put back into service by hand
    AWAITING_APPROVAL = "awaiting_approval"  # it won; a user is asked whether it may serve
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # a later training replaced it before anybody answered
    # Decisions that change no version.
    CHAMPION_KEPT = "champion_kept"  # trained; what served keeps serving
    NOT_RETRAINED = "not_retrained"  # what serves is good enough
    REFUSED = "refused"  # the data do not allow a model
    FAILED = "failed"  # the training of an optional job ended in an error
    NO_MODEL = "no_model"  # the job has none, or is switched off; never written

    @classmethod
    def of_tag(cls, tag: str | None) -> State:
        """The state for a value of MLflow's tag `approval`; without the tag nobody was asked about the version."""
        return cls.AWAITING_APPROVAL if tag == "awaiting" else cls(tag or cls.TRAINED)

    @property
    def tag(self) -> str:
        """The value of MLflow's tag `approval`."""
        return self.value.removesuffix("_approval")

    def may_become(self, state: State) -> bool:
        """Whether a version may change from this state to the other."""
        return state in FOLLOWING.get(self, ())

    def check(self, state: State, name: str) -> None:
        """Raise ModelUnavailable, naming the version, if it may not change to the other state."""
        if state != self and state not in LEAVE_ALL_AS_IT_IS and not self.may_become(state):
            raise ModelUnavailable(
                f"{name} cannot be {state.replace('_', ' ')}: it is {self.replace('_', ' ')}.",
                "Look at its tag `approval` in MLflow; docs/approval-and-rollback.md says who may change it.",
            )


LEAVE_ALL_AS_IT_IS = frozenset({State.CHAMPION_KEPT, State.NOT_RETRAINED, State.REFUSED, State.FAILED, State.NO_MODEL})
SERVING = frozenset({State.PROMOTED, State.BASELINE_SERVES, State.SERVES_PAST_DATES, State.ROLLED_BACK})

# MLflow's tags record approvals only; who serves follows from the decisions. What has served is `TRAINED` there.
FOLLOWING: Mapping[State, frozenset[State]] = {
    State.TRAINED: SERVING | {State.AWAITING_APPROVAL},
    State.AWAITING_APPROVAL: frozenset({State.APPROVED, State.REJECTED, State.WITHDRAWN}),
    State.REJECTED: frozenset({State.APPROVED}),
    State.APPROVED: frozenset({State.PROMOTED, State.SERVES_PAST_DATES, State.ROLLED_BACK}),
    State.WITHDRAWN: frozenset({State.ROLLED_BACK}),
    **dict.fromkeys(SERVING, frozenset({State.ROLLED_BACK})),
}
