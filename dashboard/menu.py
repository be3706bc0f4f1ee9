"""The pages in the order of the side bar, in groups by who asks."""

from __future__ import annotations

from types import MappingProxyType

MENU = MappingProxyType(
    {
        "today": ("overview", "act_today", "one_customer"),
        "customers": ("segments", "retention", "value", "contracts"),
        "offers": ("campaigns", "products", "voice"),
        "ahead": ("forecast", "anomalies"),
        "engine": ("models", "trust"),
    }
)
PAGES = tuple(page for pages in MENU.values() for page in pages)
FIRST_PAGE = PAGES[0]
ICONS = MappingProxyType(
    {
        "overview": ":material/dashboard:",
        "act_today": ":material/checklist:",
        "one_customer": ":material/person_search:",
        "segments": ":material/groups:",
        "retention": ":material/replay:",
        "value": ":material/savings:",
        "contracts": ":material/contract:",
        "campaigns": ":material/campaign:",
        "products": ":material/shopping_basket:",
        "voice": ":material/forum:",
        "forecast": ":material/trending_up:",
        "anomalies": ":material/warning:",
        "models": ":material/model_training:",
        "trust": ":material/verified:",
    }
)
