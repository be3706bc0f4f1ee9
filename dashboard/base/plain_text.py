"""Text from the data where Streamlit reads Markdown: it is shown letter for letter, and nothing in it is obeyed."""

from __future__ import annotations

import re
from typing import Any

_MEANT_FOR_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&=^])")
# A colon begins a colour, a badge, an icon or an emoji, also when it is escaped; a joiner of no width parts them.
_JOINER = "\N{WORD JOINER}"
_SIGN_BEFORE_A_NAME = re.compile(r"([:@])(?=\S)")
_BARE_ADDRESS = re.compile(r"\b(www)(?=\\\.)", re.IGNORECASE)


def plain_text(value: Any) -> str:
    """Return a value's text for ``st.markdown``, ``st.caption``, ``st.metric``, ``st.info`` and their like.

    Tables, charts, ``st.text`` and ``st.code`` show text as it is and need no such help.

    Returns
    -------
    str
        On one line: Markdown would make a block of what is indented or stands on lines of its own.
    """
    text = " ".join(str(value).split())
    escaped = _MEANT_FOR_MARKDOWN.sub(r"\\\1", text)
    return _BARE_ADDRESS.sub(rf"\1{_JOINER}", _SIGN_BEFORE_A_NAME.sub(rf"\1{_JOINER}", escaped))
