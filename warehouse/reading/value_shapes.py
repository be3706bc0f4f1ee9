"""How the values of each column look: signs that all of them hold, and signs that any of them holds."""

from __future__ import annotations

from collections.abc import Sequence

# So many values show what signs a column has; of fewer only digits, letters and blanks in front are compared.
_ENOUGH = 20
_DIGIT, _LETTER, _BLANK, _LEADING_BLANK = "0", "a", " ", "^ "


class ValueShapes:
    """The signs of each column's values, digits and letters each counted as one sign."""

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        self.column_count = len(columns)
        self._always: list[frozenset[str]] = []
        self._ever: list[frozenset[str] | None] = []
        for values in columns:
            signs = [_signs(value) for value in values if value]
            always = frozenset.intersection(*signs) if signs else frozenset()
            self._always.append(always if len(signs) >= _ENOUGH else always & {_DIGIT})
            self._ever.append(frozenset.union(*signs) if signs else None)
        self._is_sure = [sum(map(bool, values)) >= _ENOUGH for values in columns]

    @property
    def are_known(self) -> bool:
        """Whether there is any value to go by."""
        return any(ever is not None for ever in self._ever)

    def fits(self, column: int, value: str) -> bool:
        """Whether a value could stand in a column; few known values rule out little, none a leading blank only."""
        signs, ever = _signs(value), self._ever[column]
        if ever is None:
            return _LEADING_BLANK not in signs
        compared = signs if self._is_sure[column] else signs & {_LETTER, _LEADING_BLANK}
        return self._always[column] <= signs and compared <= ever


def _signs(value: str) -> frozenset[str]:
    signs = {_sign(character) for character in set(value)}
    return frozenset(signs | {_LEADING_BLANK} if value[:1].isspace() else signs)


def _sign(character: str) -> str:
    if character.isdigit():
        return _DIGIT
    if character.isalpha():
        return _LETTER
    return _BLANK if character.isspace() else character
