{#- Standard error of a ratio of sums over customers, sum(y) / sum(x), both of which vary from customer to customer: Cochran
    (1977, Sampling Techniques, 3rd edition, chapter 6), by linearisation, the deviations y − R x as residuals. `ratio_sums`
    gathers what it takes, of customers of whom both are known; `ratio_error` gives null for fewer than two of them, and where sum(x) itself may be nothing: then every
    ratio is possible (Fieller 1954, J. R. Statist. Soc. B 16, 175-185: the set is unbounded from g = 1 on). -#}
{% macro ratio_sums(numerator, denominator, name) -%}
    {%- set y = 'cast(' ~ numerator ~ ' as double)' -%}
    {%- set x = 'cast(' ~ denominator ~ ' as double)' -%}
    {%- set known = numerator ~ ' is not null and ' ~ denominator ~ ' is not null' -%}
    count(case when {{ known }} then 1 end) as {{ name }}_known_count,
        cast(sum(case when {{ known }} then {{ summable(x) }} end) as double) as {{ name }}_x,
        cast(sum(case when {{ known }} then {{ summable(y) }} end) as double) as {{ name }}_y,
        cast(sum(case when {{ known }} then {{ summable(x ~ ' * ' ~ x) }} end) as double) as {{ name }}_xx,
        cast(sum(case when {{ known }} then {{ summable(x ~ ' * ' ~ y) }} end) as double) as {{ name }}_xy,
        cast(sum(case when {{ known }} then {{ summable(y ~ ' * ' ~ y) }} end) as double) as {{ name }}_yy
{%- endmacro %}

{% macro ratio_error(name) -%}
    {%- set squares -%}
        {{ name }}_yy - 2 * {{ name }}_y / nullif({{ name }}_x, 0) * {{ name }}_xy
        + {{ name }}_y / nullif({{ name }}_x, 0) * {{ name }}_y / nullif({{ name }}_x, 0) * {{ name }}_xx
    {%- endset -%}
    {%- set square -%}
        {{ z_95() }} * {{ z_95() }} * {{ name }}_known_count / ({{ name }}_known_count - 1.0)
        * ({{ name }}_xx - {{ name }}_x * {{ name }}_x / {{ name }}_known_count)
    {%- endset -%}
    case
            when {{ name }}_known_count > 1 and {{ name }}_x * {{ name }}_x > {{ square }}
                then
                    sqrt(
                        {{ name }}_known_count / ({{ name }}_known_count - 1.0)
                        * case when {{ squares }} > 0 then {{ squares }} else 0 end
                    ) / abs({{ name }}_x)
        end
{%- endmacro %}
