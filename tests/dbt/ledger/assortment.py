"""What random shops choose from: so little that everything collides. The plainest stands first."""

from __future__ import annotations

from datetime import date, datetime

from ledger.documents import Practice

AS_OF_DATE = date(2011, 3, 1)
PRACTICE = Practice(
    reporting_currency="EUR",
    line_kinds={"SHIP%": "shipping", "SHIPGIFT%": "gift_card", "COUPON%": "discount"},
)
PRODUCTS = ({"product_code": "TIP", "line_kind": "tip"}, {"product_code": "MUG"})

# Days around the dates of snapshots and the ends of windows, the first minute of a day, and one moment for several.
MOMENTS = (
    *(datetime(2010, 12, 5, 10), datetime(2010, 12, 5, 10, 30), datetime(2010, 12, 6, 10), datetime(2010, 12, 9, 10)),
    *(datetime(2010, 11, 30, 23, 59, 59), datetime(2010, 12, 1), datetime(2010, 8, 28, 10), datetime(2010, 8, 29)),
    *(datetime(2010, 11, 26, 10), datetime(2010, 11, 27), datetime(2010, 3, 1), datetime(2010, 2, 28, 10)),
    *(datetime(2011, 1, 29, 10), datetime(2011, 1, 30, 10), datetime(2011, 2, 28, 23), datetime(2011, 3, 1)),
)
CUSTOMERS = ("ann", "ann", "ann", "ann", "bob", "bob", None)
KINDS_OF_ORDERS = (*("sale",) * 7, "return", "adjustment")
CODES = ("MUG", "MUG", "MUG", "MUG", "BOWL", " bowl", None, "SHIP", "SHIPGIFT", "TIP", "COUPON")
NAMES = ("A cup", "A jar")  # of what has no code
PRICES = ("10.00", "10.00", "20.00", "9.50")
ODD_PRICES = ("9.49", "3.00", "0.0333", "10.005", "0", None, "-2.00")
QUANTITIES = (1, 2, 3, 1)
ODD_QUANTITIES = ("0.5", 4, -1, -2, 0)
STATED_AMOUNTS = ("20.00", "-20.00", "9.75", "0", "0.004")
TOTALS = ("10.00", "20.00", "30.00", "10.00", "28.50", "20.00", "30.00", "0.00", "-10.00", None)
KINDS = ("goods", "shipping", "tax", "discount", "tip", "gift_card", "fee", "adjustment")
CURRENCIES = ("EUR", None, "USD", "USD", "YEN")
RATES = (("USD", date(2010, 8, 29), "0.5"), ("USD", date(2010, 12, 6), "0.55"), ("YEN", date(2010, 12, 5), "0.013"))
