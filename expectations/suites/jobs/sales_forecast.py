"""Sales forecast: intervals around the forecast, and parts that add up to the total."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "forecast_lies_in_its_intervals",
            """
                select measure_name, level_name, series_name, frequency, period_start_date, forecast_value
                from {batch} as forecast
                where as_of_date = :as_of_date and status = 'scored'
                    and not (
                        lower_95_value <= lower_80_value and lower_80_value <= forecast_value
                        and forecast_value <= upper_80_value and upper_80_value <= upper_95_value
                    )
            """,
            "The 95 % interval holds the 80 % interval, and that the forecast.",
            LOOK,
            column="forecast_value",
        ),
        no_rows(
            "parts_add_up_to_the_total",
            """
                select total.measure_name, parts.level_name, total.frequency, total.period_start_date,
                    total.forecast_value, parts.forecast_value as sum_of_parts
                from {batch} as total
                inner join (
                    select measure_name, level_name, frequency, period_start_date,
                        sum(forecast_value) as forecast_value
                    from {batch} as single
                    where as_of_date = :as_of_date and status = 'scored' and level_name <> 'total'
                        and (measure_name = 'revenue' or level_name = 'country')
                    group by measure_name, level_name, frequency, period_start_date
                ) as parts using (measure_name, frequency, period_start_date)
                where total.as_of_date = :as_of_date and total.level_name = 'total'
                    and abs(total.forecast_value - parts.forecast_value) > 0.001
            """,
            "Countries and, for revenue, categories add up to the total.",
            LOOK,
            column="forecast_value",
        ),
    )
