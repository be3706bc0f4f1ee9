"""Customer ids with what identifies a person, in a form in which equal things are written equally."""

from __future__ import annotations

import duckdb

from warehouse.identity.placeholders import birth_date_or_null, email_or_null, name_or_null, phone_or_null
from warehouse.identity.rules import Placeholders

_PHONE_DIGITS = 9  # the last digits: country codes and leading zeros are written in many ways
_PHONE_MIN_DIGITS = 7


def words_of(column: str) -> str:
    """SQL: lower case, without accents, punctuation and repeated blanks; null if nothing is left."""
    plain = f"replace(strip_accents(lower({column})), 'ß', 'ss')"
    return f"nullif(trim(regexp_replace({plain}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')), '')"


def email_of(column: str) -> str:
    """SQL: canonical e-mail address: lower case, no `+tag`, no dots where the provider ignores them; null if none."""
    whole = f"lower(trim({column}))"
    local, domain = f"split_part(split_part({whole}, '@', 1), '+', 1)", f"split_part({whole}, '@', 2)"
    return (
        f"case when not regexp_full_match({whole}, '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+') or {local} = '' then null "
        f"when {domain} in ('gmail.com', 'googlemail.com') then replace({local}, '.', '') || '@gmail.com' "
        f"else {local} || '@' || {domain} end"
    )


def phone_of(column: str) -> str:
    """SQL: the last nine digits of a telephone number; null with fewer than seven."""
    digits = f"regexp_replace({column}, '[^0-9]', '', 'g')"
    return f"case when length({digits}) >= {_PHONE_MIN_DIGITS} then right({digits}, {_PHONE_DIGITS}) end"


def code_of(column: str) -> str:
    """SQL: letters and digits of a postal code, in capitals; null if nothing is left."""
    return f"nullif(regexp_replace(upper({column}), '[^\\p{{L}}\\p{{N}}]', '', 'g'), '')"


def normalised(connection: duckdb.DuckDBPyConnection, table: str, placeholders: Placeholders) -> None:
    """Replace the temporary table `records` by the normalised rows of a table of customers.

    Parameters
    ----------
    table
        Has `customer_id` and the contract's personal columns, one row per customer id.
    placeholders
        Values that are read as missing.
    """
    connection.execute(
        f"""
        create or replace temp table records as
        with plain as (
            select
                customer_id as unique_id,
                {words_of("first_name")} as first_name,
                {words_of("last_name")} as last_name,
                cast(birth_date as varchar) as birth_date,
                {email_of("email")} as email,
                {phone_of("phone")} as phone,
                {words_of("street_address")} as street_address,
                {code_of("postcode")} as postcode,
                {words_of("city")} as city
            from {table}
        ),
        given as (
            select
                * replace (
                    {name_or_null("first_name", "last_name", placeholders)} as first_name,
                    {name_or_null("last_name", "first_name", placeholders)} as last_name,
                    {birth_date_or_null("birth_date", placeholders)} as birth_date,
                    {email_or_null("email", placeholders)} as email,
                    {phone_or_null("phone", placeholders)} as phone
                )
            from plain
        )
        select *, first_name || ' ' || last_name as full_name, split_part(email, '@', 1) as email_name
        from given
        order by unique_id
        """
    )
