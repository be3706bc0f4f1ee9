"""Customer ids with what identifies a person, in a form in which equal things are written equally."""

from __future__ import annotations

import duckdb

from warehouse.identity.rules import Placeholders

# Of a telephone number the last digits: country codes and leading zeros are written in many ways.
_PHONE_DIGITS, _PHONE_MIN_DIGITS = 9, 7
_RISING, _FALLING = "01234567890123456789", "98765432109876543210"
# SQL: neither part of a name is anybody's.
_IS_NOBODY = (
    "(first_name is null or list_contains($names, first_name)) and "
    "(last_name is null or list_contains($names, last_name))"
)


def words_of(column: str) -> str:
    """SQL: lower case, without accents, punctuation and repeated blanks; null if nothing is left."""
    plain = f"replace(strip_accents(lower({column})), 'ß', 'ss')"
    return f"nullif(trim(regexp_replace({plain}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')), '')"


def normalised(connection: duckdb.DuckDBPyConnection, table: str, placeholders: Placeholders) -> None:
    """Replace the temporary table `records` by the normalised rows of a table of customers.

    Mail addresses are written in lower case, without `+tag` and without dots where the provider ignores them.

    Parameters
    ----------
    table
        Has `customer_id` and the contract's personal columns, one row per customer id.
    placeholders
        What tills and forms write where nothing was given (noemail@…, 000000000, "Guest"): read as missing.
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
                lower(trim(email)) as whole_email,
                split_part(split_part(whole_email, '@', 1), '+', 1) as local_part,
                split_part(whole_email, '@', 2) as domain,
                case
                    when not regexp_full_match(whole_email, '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+') or local_part = ''
                        then null
                    when domain in ('gmail.com', 'googlemail.com')
                        then replace(local_part, '.', '') || '@gmail.com'
                    else local_part || '@' || domain
                end as email,
                regexp_replace(phone, '[^0-9]', '', 'g') as digits,
                case when length(digits) >= {_PHONE_MIN_DIGITS} then right(digits, {_PHONE_DIGITS}) end as phone,
                {words_of("street_address")} as street_address,
                nullif(regexp_replace(upper(postcode), '[^\\p{{L}}\\p{{N}}]', '', 'g'), '') as postcode,
                {words_of("city")} as city
            from {table}
        ),
        given as (
            select
                * exclude (whole_email, local_part, domain, digits) replace (
                    case when not ({_IS_NOBODY}) then first_name end as first_name,
                    case when not ({_IS_NOBODY}) then last_name end as last_name,
                    case when not list_contains($birth_dates, birth_date) then birth_date end as birth_date,
                    case
                        when not list_contains($email_domains, split_part(email, '@', 2))
                            and not list_contains($email_names, regexp_replace(
                                regexp_replace(split_part(email, '@', 1), '[0-9]+$', ''), '[^a-z]', '', 'g'))
                            then email
                    end as email,
                    case
                        when len(list_distinct(string_split(phone, ''))) >= $phone_min_different_digits
                            and not contains('{_RISING}', phone) and not contains('{_FALLING}', phone) then phone
                    end as phone
                )
            from plain
        )
        select *, first_name || ' ' || last_name as full_name, split_part(email, '@', 1) as email_name
        from given
        order by unique_id
        """,
        {name: list(value) if isinstance(value, tuple) else value for name, value in placeholders},
    )
