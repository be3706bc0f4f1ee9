"""Rules that hold for every score table: one answer per customer (contract, …), with its reason or its origin."""

from __future__ import annotations

from collections.abc import Iterable

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import in_set, no_rows, unique
from expectations.thresholds import ScoresThresholds
from warehouse.jobs.spec import JobSpec

STATUSES = ("scored", "not_eligible", "refused")
LOOK = "Look at the scoring task's log and at the model version in MLflow."


def common_rules(spec: JobSpec, thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    """What holds for every job; a job about customers has an answer for each of them."""
    key, one = tuple(spec.scores.key), spec.rows.one
    no_version = "model_version is null or " if spec.has_model else ""
    of_customers = _every_customer(thresholds) if spec.scores.is_about_customers else ()
    return (
        unique(
            [*key, "as_of_date", "model_name"],
            f"Each {one} stands once per as-of date and model in {spec.scores.table}.",
            LOOK,
        ),
        in_set("status", STATUSES, f"A status is one of {', '.join(STATUSES)}.", LOOK),
        no_rows(
            "reason_or_origin_is_given",
            f"""
                select {", ".join(key)}, status, reason, model_version, mlflow_run_id
                from {{batch}} as scores
                where as_of_date = :as_of_date and ((status = 'scored' and ({no_version}
                    mlflow_run_id is null)) or (status <> 'scored' and nullif(trim(reason), '') is null))
            """,
            "A score names its model version and run; a missing score gives its reason.",
            LOOK,
            column="reason",
        ),
        scored_share_stands(thresholds),
        _job_scored(),
        *of_customers,
    )


def _every_customer(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "every_customer_has_one_answer",
            """
                select coalesce(c.customer_id, s.customer_id) as customer_id, coalesce(s.row_count, 0)
                    as row_count, c.customer_id is not null as is_known
                from marts.dim_customers as c
                full outer join (select customer_id, count(*) as row_count from {batch}
                    where as_of_date = :as_of_date group by customer_id) as s
                    on s.customer_id = c.customer_id
                where c.customer_id is null or s.row_count is distinct
                from 1
            """,
            "Every customer of marts.dim_customers has exactly one row for the as-of date, and nobody else has.",
            "Score again for this as-of date; if two models wrote rows, delete those of the one not in service.",
            column="customer_id",
        ),
        no_rows(
            "scored_share",
            """
                select count(*) as eligible_count, count(*) filter (s.status = 'scored') as scored_count
                from {batch} as s
                inner join marts.customer_features as f on f.customer_id = s.customer_id
                    and f.as_of_date = s.as_of_date and f.is_eligible
                where s.as_of_date = :as_of_date
                having count(*) filter (s.status = 'scored') between 1 and :share * count(*) - 0.000001
            """,
            f"A job that scores at all scores at least {thresholds.scored_share_minimum:.0%} of the eligible.",
            "Group the rows by status and reason, and look at the features of those without a score.",
            column="status",
            share=thresholds.scored_share_minimum,
        ),
    )


_FORMER_SHARE = """
    with
    counted as (
        select as_of_date, status, reason, count(*) as customer_count
        from {batch} as scores
        where as_of_date = :as_of_date
            or as_of_date = (select max(as_of_date) from {batch} as earlier where as_of_date < :as_of_date)
        group by as_of_date, status, reason
    ),
    shares as (
        select
            sum(customer_count) filter (as_of_date = :as_of_date and status = 'scored')
                / nullif(sum(customer_count) filter (as_of_date = :as_of_date), 0) as scored_share,
            sum(customer_count) filter (as_of_date < :as_of_date and status = 'scored')
                / nullif(sum(customer_count) filter (as_of_date < :as_of_date), 0) as former_scored_share,
            max(as_of_date) filter (as_of_date < :as_of_date) as former_date
        from counted
    )
    select
        counted.as_of_date, counted.status, counted.reason, counted.customer_count,
        cast(null as varchar) as cannot_judge
    from counted
    cross join shares
    where abs(coalesce(shares.scored_share, 0) - coalesce(shares.former_scored_share, 0)) > :change
        and shares.former_date is not null
    union all
    select null, null, null, null, 'nobody was scored before this date' from shares where former_date is null
    order by as_of_date desc, customer_count desc
"""


def scored_share_stands(thresholds: ScoresThresholds) -> Expectation:
    """Against the former date; the rows are both dates' counts by status and reason."""
    change = thresholds.scored_share_change_warning
    return no_rows(
        "scored_share_of_former_run",
        _FORMER_SHARE,
        f"The share of customers with a score is that of the former date (± {change:.0%}).",
        "Compare the reasons of both dates in the rows shown; refusals say what is lacking.",
        column="status",
        severity="warning",
        change=change,
    )


def _job_scored() -> Expectation:
    return no_rows(
        "job_scored",
        """
            select reason, count(*) as row_count
            from {batch} as scores
            where as_of_date = :as_of_date
                and not exists (select 1 from {batch} as others
                where others.as_of_date = :as_of_date and others.status = 'scored')
            group by reason
        """,
        "The job gave scores.",
        "Nothing is broken: the reason says why the job refused, most often too little data.",
        column="status",
        severity="warning",
    )


def filled_when_scored(key: Iterable[str], columns: tuple[str, ...]) -> Expectation:
    missing = " or ".join(f"{column} is null" for column in columns)
    return no_rows(
        "scored_rows_are_filled",
        f"""
            select {", ".join([*key, *columns])}
            from {{batch}} as scores
            where as_of_date = :as_of_date and status = 'scored' and ({missing})
        """,
        f"Who is scored has {', '.join(columns)}.",
        LOOK,
        column=", ".join(columns),
    )


def finite(columns: tuple[str, ...]) -> Expectation:
    sums = ", ".join(f"sum({column}) as {column}" for column in columns)
    wrong = " or ".join(f"not isfinite(sum({column}))" for column in columns)
    return no_rows(
        "totals_are_finite",
        f"select {sums} from {{batch}} as scores where as_of_date = :as_of_date having {wrong}",
        f"The totals of {', '.join(columns)} are finite numbers.",
        "A model gave infinity or no number: " + LOOK[0].lower() + LOOK[1:],
        column=", ".join(columns),
    )


def reasoned(key: Iterable[str]) -> Expectation:
    """A warning: a score without reasons is a score still."""
    return no_rows(
        "scored_rows_have_reasons",
        f"""
            select {", ".join(key)}, reasons, reason_codes
            from {{batch}} as scores
            where as_of_date = :as_of_date and status = 'scored'
                and (nullif(trim(reasons), '') is null or not coalesce(json_valid(reason_codes), false))
        """,
        "Who is scored is told why: reasons in words, and as JSON in reason_codes.",
        "Look in the scoring task's log for why the reasons could not be found; the scores themselves stand.",
        column="reasons",
        severity="warning",
    )


def interval_holds(key: Iterable[str], lower: str, value: str, upper: str) -> Expectation:
    """A prediction is never outside its own interval."""
    return no_rows(
        f"interval_holds_{value.removesuffix('_amount').replace('predicted', 'prediction')}",
        f"select {', '.join(key)}, as_of_date, {lower}, {value}, {upper} from {{batch}} as scores "
        f"where {lower} > {value} or {upper} < {value}",
        f"{value} lies inside its interval.",
        LOOK,
        column=value,
    )
