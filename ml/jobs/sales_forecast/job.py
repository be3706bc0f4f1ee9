"""The forecast of sales."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.jobs.batch import BatchJob, Results
from ml.jobs.sales_forecast.configuration import SalesForecastConfiguration
from ml.jobs.sales_forecast.forecast import Forecast, forecast_of
from ml.jobs.sales_forecast.panel import Panel, complete_periods, panels
from ml.jobs.sales_forecast.report import documents, figures
from ml.jobs.sales_forecast.sales import Sales
from ml.jobs.sales_forecast.trial import origins_of
from ml.jobs.sales_forecast.working_days import days_off_of


class SalesForecastJob(BatchJob):
    """Revenue, orders and customers of the coming weeks and months."""

    def __init__(self) -> None:
        self.configuration = load_configuration(SalesForecastConfiguration, "sales_forecast")

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        sales = Sales(connection, as_of_date)
        periods = self._periods(sales.reach(), as_of_date)
        countries, categories, shares = self._parts(sales)
        found: list[Forecast] = []
        for frequency, starts in periods.items():
            sums = sales.by_period(frequency, countries, categories)
            found += [self._forecast(panel, shares) for panel in panels(sums, frequency, starts).values()]
        rows = pd.concat([forecast.rows() for forecast in found], ignore_index=True)
        return Results(rows, figures(found), documents(found), tuple(forecast.choice for forecast in found))

    def _periods(self, reach: tuple[date, date] | None, as_of_date: date) -> dict[str, pd.DatetimeIndex]:
        """Complete periods of each frequency that has enough of them."""
        if reach is None:
            raise Refused(f"There are no orders before {as_of_date}.")
        first, last = reach
        if (as_of_date - last).days > self.configuration.series.maximum_silence_days:
            raise Refused(f"The last order is of {last}: nothing goes on that could be forecast as of {as_of_date}.")
        every = {name: complete_periods(name, first, as_of_date) for name in self.configuration.frequencies}
        known = {
            name: starts
            for name, starts in every.items()
            if origins_of(len(starts), self.configuration.frequencies[name])[0]
        }
        if "week" not in known:
            raise Refused(self._too_short(len(every["week"]), first))
        return known

    def _too_short(self, week_count: int, first: date) -> str:
        week = self.configuration.frequencies["week"]
        needed = week.minimum_period_count + week.origin_step + week.horizon
        first_monday = first + timedelta(days=-first.weekday() % 7)
        works_from = first_monday + timedelta(days=7 * needed)
        return (
            f"Orders fill {week_count} complete weeks; a forecast that has been tried on the past needs {needed}. "
            f"It will work as of {works_from}."
        )

    def _parts(self, sales: Sales) -> tuple[list[str], list[str], dict[str, float]]:
        """Countries and categories with series of their own, and the countries' shares of orders."""
        settings = self.configuration.series
        ranked = sales.ranked(settings.ranked_by_days)
        weeks = settings.ranked_by_days / 7
        enough = ranked[ranked["order_count"] >= settings.minimum_weekly_order_count * weeks]
        kept = {level: _most(enough, ranked, level, settings.maximum_part_count) for level in ("country", "category")}
        orders = ranked[ranked["level_name"] == "country"].set_index("series_name")["order_count"]
        if orders.sum() < settings.minimum_weekly_order_count * weeks:
            raise Refused(f"Only {orders.sum()} orders in {settings.ranked_by_days} days are too few for a forecast.")
        return kept["country"], kept["category"], (orders / orders.sum()).to_dict()

    def _forecast(self, panel: Panel, shares: dict[str, float]) -> Forecast:
        settings = self.configuration.frequencies[panel.frequency]
        every = panel.with_ahead(settings.horizon + 1)
        days_off = days_off_of(every[:-1], every[-1], shares, self.configuration.country_codes)
        return forecast_of(panel, days_off, self.configuration)


def _most(enough: pd.DataFrame, ranked: pd.DataFrame, level: str, count: int) -> list[str]:
    """The parts with most orders; all of them where they are no more, else one less, for the others are a part too."""
    names = enough.loc[enough["level_name"] == level, "series_name"].tolist()
    every = (ranked["level_name"] == level).sum()
    return names if len(names) == every and every <= count else names[: count - 1]
