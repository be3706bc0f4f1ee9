"""Encodings, control characters and line ends."""

from __future__ import annotations

import codecs

from tests.broken_inputs.case import Case, order, orders

GROUP = "Encodings and characters"
ZOE = orders(order(customer="Zoë"))
KANA = orders(order(customer="トウキョウ"), order(2, "オオサカ"))


def _case(name: str, what: str, content: bytes | str, **outcome) -> Case:
    return Case(name, GROUP, what, content, **outcome)


def _zoe(name: str, what: str, content: bytes | str) -> Case:
    return _case(name, what, content, loaded=1, holds=("customer_id", [("Zoë",)]))


CASES = (
    _zoe("utf8_mark", "UTF-8 with byte-order mark", codecs.BOM_UTF8 + ZOE.encode()),
    _zoe("utf16_le_mark", "UTF-16 LE with byte-order mark", codecs.BOM_UTF16_LE + ZOE.encode("utf-16-le")),
    _zoe("utf16_be_mark", "UTF-16 BE with byte-order mark", codecs.BOM_UTF16_BE + ZOE.encode("utf-16-be")),
    _zoe("utf16_le_bare", "UTF-16 LE without byte-order mark", ZOE.encode("utf-16-le")),
    _zoe("utf16_be_bare", "UTF-16 BE without byte-order mark", ZOE.encode("utf-16-be")),
    _zoe("utf32_mark", "UTF-32 with byte-order mark", ZOE.encode("utf-32")),
    _zoe("windows_1252", "Windows-1252, Latin-1", ZOE.encode("cp1252")),
    _case(
        "windows_1252_signs",
        "Windows-1252 with typographic quotes, dash and euro sign",
        orders(order(customer="“Zoë” – 5 €")).encode("cp1252"),
        loaded=1,
        holds=("customer_id", [("“Zoë” – 5 €",)]),
    ),
    _case("shift_jis", "Shift-JIS", KANA.encode("shift-jis"), refused="neither UTF-8 nor Windows-1252"),
    _case(
        "undefined_byte",
        "a byte that neither UTF-8 nor Windows-1252 has",
        orders(order(customer="a\x81")).encode("latin-1"),
        refused="neither UTF-8 nor Windows-1252",
    ),
    _case(
        "utf16_cut",
        "UTF-16 cut inside a character",
        codecs.BOM_UTF16_LE + ZOE.encode("utf-16-le")[:-1],
        refused="UTF-16",
    ),
    _case(
        "one_damaged_row",
        "UTF-8 with one row in Windows-1252",
        orders(order(customer="Zoë"), order(2, "Noël")).encode() + order(3, "Chloé").encode("cp1252"),
        loaded=2,
        quarantined=1,
        reasons=("customer_id: bytes that are not UTF-8",),
    ),
    _case(
        "two_encodings",
        "UTF-8 and Windows-1252 mixed",
        b"".join(
            [ZOE.encode(), *(order(number, "Noël").encode("cp1252") + b"\n" for number in range(2, 6))],
        ),
        refused="UTF-8 in some places and another encoding in others",
    ),
    _case(
        "null_byte",
        "a null byte in a value",
        orders(order(customer="a\x00b"), order(2)),
        loaded=1,
        quarantined=1,
        reasons=("customer_id: holds the character U+0000",),
    ),
    _case("null_bytes_only", "nothing but null bytes", b"\x00" * 1000, refused="is missing"),
    _case(
        "control_character",
        "a control character in a value",
        orders(order(customer="bell\x07")),
        quarantined=1,
        reasons=("customer_id: holds the character U+0007",),
    ),
    _case(
        "zero_width_inside_id",
        "a zero-width character inside of an id",
        orders(order(customer="a\u200bb")),
        quarantined=1,
        reasons=("customer_id: holds the character U+200B",),
    ),
    _case(
        "direction_override_in_id",
        "a right-to-left override in an id",
        orders(order(customer="a\u202eb")),
        quarantined=1,
        reasons=("customer_id: holds the character U+202E",),
    ),
    _case(
        "unicode_blanks_around_id",
        "no-break, ideographic and zero-width blanks around a value: cut off",
        orders(order(customer="\u00a0\u3000\ufeffa\u200b\u2009")),
        loaded=1,
        holds=("customer_id", [("a",)]),
    ),
    _case(
        "look_alikes",
        "Latin a and Cyrillic а: two different ids",
        orders(order(1, "a"), order(2, "а")),
        loaded=2,
        holds=("customer_id", [("a",), ("а",)]),
    ),
    _case(
        "right_to_left_and_emoji",
        "Arabic, Hebrew and emoji: kept",
        orders(order(1, "زهرة"), order(2, "שלום"), order(3, "👩‍🚀🦊"[-1])),
        loaded=3,
        holds=("customer_id", [("زهرة",), ("שלום",), ("🦊",)]),
    ),
    _case("windows_line_ends", "CR LF line ends", orders(order(), end="\r\n"), loaded=1),
    _case("old_mac_line_ends", "CR line ends", orders(order(), order(2), end="\r"), loaded=2),
    _case("mixed_line_ends", "line ends of several kinds", orders(order()) + f"{order(2)}\r\n{order(3)}\r", loaded=3),
)
