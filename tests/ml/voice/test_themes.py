"""Themes that were planted are found, stay the same, and keep their ids and names from run to run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

from ml.jobs.voice.configuration import VoiceConfiguration, load_voice
from ml.jobs.voice.named_themes import FormerThemes, NamedTheme, name_themes
from ml.jobs.voice.themes import Themes, coherence, find_themes
from ml.jobs.voice.words import weigh_words
from tests.ml.voice.feedback_shop import SUBJECTS, made_up

CONFIGURATION = load_voice()
NOBODY = FormerThemes(pd.DataFrame(columns=["theme_id", "theme_name", "word_weights"]), 0)


def themes_of(texts: pd.DataFrame, configuration: VoiceConfiguration = CONFIGURATION) -> Themes:
    found = find_themes(weigh_words(texts, configuration), configuration.themes, configuration.random_seed)
    assert found is not None
    return found


def former(named: list[NamedTheme], highest: int) -> FormerThemes:
    rows = [(one.theme_id, one.name, one.word_weights) for one in named]
    return FormerThemes(pd.DataFrame(rows, columns=["theme_id", "theme_name", "word_weights"]), highest)


@pytest.fixture(scope="module")
def texts() -> pd.DataFrame:
    return made_up(600).assign(language_code="en")


def test_planted_subjects_are_found(texts: pd.DataFrame) -> None:
    themes = themes_of(texts)
    assert len(themes.word_weights) == len(SUBJECTS)  # of the numbers that are tried
    assert adjusted_rand_score(texts["subject"], themes.shares.argmax(axis=1)) > 0.95
    named = name_themes(themes, NOBODY, CONFIGURATION.themes)
    of_subject = [set(words.split()) for words in SUBJECTS.values()]
    assert all(any(set(one.name.split(", ")) <= words for words in of_subject) for one in named)


def test_the_same_texts_have_the_same_themes(texts: pd.DataFrame) -> None:
    one, other = themes_of(texts), themes_of(texts)
    assert np.array_equal(one.shares, other.shares)


def test_themes_that_are_found_again_keep_id_and_name(texts: pd.DataFrame) -> None:
    """Later texts are others, the themes come in another order, one of them is new and one gone."""
    before = texts[texts["subject"] != "garden"]
    earlier = name_themes(themes_of(before), NOBODY, CONFIGURATION.themes)
    later_texts = made_up(700, seed=2).assign(language_code="en")
    later_texts = later_texts[later_texts["subject"] != "taste"].iloc[::-1]
    later = name_themes(themes_of(later_texts), former(earlier, 9), CONFIGURATION.themes)

    def by_subject(named: list[NamedTheme]) -> dict[str, NamedTheme]:
        found = {}
        for subject, words in SUBJECTS.items():
            its = [one for one in named if one.name.split(", ")[0] in words.split()]
            found |= {subject: its[0]} if its else {}
        return found

    first, second = by_subject(earlier), by_subject(later)
    for subject in ("delivery", "price", "staff", "jewels"):
        assert (second[subject].theme_id, second[subject].name) == (first[subject].theme_id, first[subject].name)
    numbers = {one.theme_id for one in earlier}
    assert second["garden"].theme_id not in numbers
    assert int(second["garden"].theme_id[1:]) > 9  # a number is never given twice
    assert len({one.theme_id for one in later}) == len(later)


def test_words_of_few_customers_are_in_no_theme(texts: pd.DataFrame) -> None:
    changed = texts.copy()
    changed.loc[changed.index[:40], "text"] += " Zebulon"
    changed.loc[changed.index[:40], "customer_id"] = "C0001"  # says it often, and is one
    changed.loc[changed.index[40:44], "text"] += " quuxley"
    changed.loc[changed.index[44:49], "text"] += " lavender"  # of five customers
    names = set(weigh_words(changed, CONFIGURATION).names)
    assert names.isdisjoint({"zebulon", "quuxley"})
    assert "lavender" in names


def test_the_number_of_themes_stays_while_no_other_is_clearly_better(texts: pd.DataFrame) -> None:
    words, settings = weigh_words(texts, CONFIGURATION), CONFIGURATION.themes
    evidence = themes_of(texts).evidence.set_index("theme_count")["sum"]
    lead = evidence[6] - evidence[8]
    for margin, number in ((lead + 0.01, 8), (lead - 0.01, 6)):
        found = find_themes(words, settings.model_copy(update={"minimum_gain": margin}), CONFIGURATION.random_seed, 8)
        assert found is not None
        assert len(found.word_weights) == number


def test_too_few_texts_have_no_themes(texts: pd.DataFrame) -> None:
    few = texts.head(50)
    assert find_themes(weigh_words(few, CONFIGURATION), CONFIGURATION.themes, 1) is None
    nothing = few.assign(text="😀")
    assert find_themes(weigh_words(nothing, CONFIGURATION), CONFIGURATION.themes, 1) is None


def test_coherence_by_hand() -> None:
    """Two words, in 2 of 4 texts each, once together: log((1/4) / (1/2 · 1/2)) = 0; always together: 1; never: −1."""
    weights = np.array([[0.8, 0.6]])
    assert coherence(weights, csr_matrix([[1, 1], [1, 0], [0, 1], [0, 0]])) == pytest.approx(0)
    assert coherence(weights, csr_matrix([[1, 1], [1, 1], [0, 0], [0, 0]])) == pytest.approx(1)
    assert coherence(weights, csr_matrix([[1, 0], [1, 0], [0, 1], [0, 1]])) == pytest.approx(-1)
