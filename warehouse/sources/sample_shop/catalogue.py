"""What the shop sells: 96 products in eight categories, and which are bought together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.sample_shop.segments import SEGMENTS

POSTAGE_CODE = "POST"
POSTAGE_PRICE_CENTS = 395
POSTAGE_FREE_FROM_CENTS = 3000
SAMPLE_SHARE = 0.03  # orders with a free sample, a line at price zero
POPULARITY_EXPONENT = 0.7  # the k-th product of a category sells in proportion to k^-0.7


@dataclass(frozen=True)
class Category:
    """One product group: every noun comes in every variant."""

    name: str
    prefix: str
    base_price: float
    cost_share: float  # unit cost per list price
    nouns: tuple[str, ...]
    variants: tuple[tuple[str, float], ...]  # name, price factor


_SIZES = (("small", 0.7), ("medium", 1.0), ("large", 1.6))

CATEGORIES = (
    Category(
        "coffee",
        "COF",
        6.90,
        0.55,
        ("House blend", "Ethiopia Sidamo", "Colombia Supremo", "Sumatra Mandheling"),
        (("250 g", 1.0), ("500 g", 1.8), ("1 kg", 3.2)),
    ),
    Category(
        "tea",
        "TEA",
        7.50,
        0.45,
        ("Earl Grey", "Green sencha", "Peppermint", "Rooibos"),
        (("tin", 1.0), ("refill", 0.7), ("gift box", 2.0)),
    ),
    Category(
        "chocolate",
        "CHO",
        3.20,
        0.50,
        ("Dark chocolate 70 %", "Milk chocolate", "Hazelnut nougat", 'Truffles "Grand Cru"'),
        (("bar", 1.0), ("three bars", 2.7), ("box", 4.5)),
    ),
    Category(
        "brewing",
        "BRW",
        9.90,
        0.48,
        ("Paper filters", "Hand grinder", "French press", "Tea infuser"),
        _SIZES,
    ),
    Category(
        "tableware",
        "TAB",
        8.50,
        0.40,
        ("Stoneware mug", "Espresso cup", "Tea bowl", "Cake plate, hand-painted"),
        (("white", 1.0), ("blue", 1.1), ("set of four", 3.6)),
    ),
    Category("kitchen", "KIT", 16.00, 0.52, ("Milk frother", "Kettle", "Scales", "Storage jar"), _SIZES),
    Category(
        "home",
        "HOM",
        5.90,
        0.38,
        ("Beeswax candle", "Tea light holder", "Linen napkin", "Jute coaster"),
        (("natural", 1.0), ("red", 1.0), ("pack of six", 4.8)),
    ),
    Category("gifts", "GIF", 4.50, 0.35, ("Gift wrap", "Greeting card", "Ribbon", "Hamper basket"), _SIZES),
)

# A line of the first brings one piece of the second along with this probability (those brought along bring nothing).
PAIRS = (
    ("COF-01", "BRW-01", 0.35),
    ("COF-02", "BRW-01", 0.30),
    ("COF-04", "BRW-02", 0.20),
    ("TEA-01", "BRW-10", 0.30),
    ("TEA-04", "BRW-10", 0.25),
    ("CHO-01", "CHO-04", 0.25),
    ("CHO-10", "GIF-01", 0.40),
    ("TAB-01", "COF-01", 0.20),
    ("KIT-01", "COF-03", 0.25),
    ("HOM-01", "HOM-04", 0.35),
    ("GIF-01", "GIF-04", 0.45),
)


@dataclass(frozen=True)
class Catalogue:
    """The products as arrays; position is the product's number in every other module."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    price_cents: np.ndarray
    cost_cents: np.ndarray
    choice_shares: np.ndarray  # (segment, product): what a line of such a customer is
    companion: np.ndarray  # product taken along, −1 for none
    companion_probability: np.ndarray

    @property
    def product_count(self) -> int:
        """Give the number of real products; postage is listed after them."""
        return len(self.price_cents)


def build_catalogue() -> Catalogue:
    """Give the catalogue; it has nothing random."""
    rows = [
        (f"{c.prefix}-{position + 1:02d}", f"{noun}, {variant}", c, c.base_price * (1 + 0.08 * n) * factor)
        for c in CATEGORIES
        for position, (n, noun, variant, factor) in enumerate(
            (n, noun, variant, factor) for n, noun in enumerate(c.nouns) for variant, factor in c.variants
        )
    ]
    codes = tuple(code for code, *_ in rows)
    # prices end in .05 or .00 steps like a shop's
    price_cents = np.array([round(price * 20) * 5 for *_, price in rows], dtype=np.int64)
    cost_share = np.array([category.cost_share for _, _, category, _ in rows])
    companion = np.full(len(codes), -1)
    probability = np.zeros(len(codes))
    for first, second, chance in PAIRS:
        companion[codes.index(first)] = codes.index(second)
        probability[codes.index(first)] = chance
    return Catalogue(
        codes=codes,
        names=tuple(name for _, name, *_ in rows),
        categories=tuple(category.name for _, _, category, _ in rows),
        price_cents=price_cents,
        cost_cents=np.rint(price_cents * cost_share).astype(np.int64),
        choice_shares=_choice_shares(),
        companion=companion,
        companion_probability=probability,
    )


def _choice_shares() -> np.ndarray:
    popularity = [np.arange(1, len(c.nouns) * len(c.variants) + 1.0) ** -POPULARITY_EXPONENT for c in CATEGORIES]
    shares = []
    for segment in SEGMENTS:
        weights = np.array(segment.category_weights) / sum(segment.category_weights)
        shares.append(np.concatenate([w * p / p.sum() for w, p in zip(weights, popularity, strict=True)]))
    return np.array(shares)
