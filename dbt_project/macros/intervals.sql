{#- Two-sided 95 % intervals, once for all marts. Arguments are SQL expressions; the results are double, null without trials. -#}

{#- The 97.5 % quantile of the standard normal distribution. -#}
{% macro z_95() -%}
    1.959963984540054
{%- endmacro %}

{#-
    Ends of Wilson's score interval of a share (E. B. Wilson, JASA 22, 1927; recommended by Brown, Cai and DasGupta, Statistical
    Science 16, 2001, for few trials as for many): never outside 0 to 1, and of some width with no success or no failure.
-#}
{% macro wilson_lower(successes, trials) -%}
    {{ wilson_end(successes, trials, '-') }}
{%- endmacro %}

{% macro wilson_upper(successes, trials) -%}
    {{ wilson_end(successes, trials, '+') }}
{%- endmacro %}

{% macro wilson_end(successes, trials, sign) -%}
    {%- set k -%} cast({{ successes }} as double) {%- endset -%}
    {%- set n -%} cast({{ trials }} as double) {%- endset -%}
    {%- set z -%} {{ z_95() }} {%- endset -%}
    case
        {%- if sign == '-' %}
        when {{ trials }} > 0 and {{ successes }} = 0 then cast(0 as double)
        {%- else %}
        when {{ trials }} > 0 and {{ successes }} = {{ trials }} then cast(1 as double)
        {%- endif %}
        when {{ trials }} > 0
            then
                (
                    {{ k }} + {{ z }} * {{ z }} / 2
                    {{ sign }} {{ z }} * sqrt({{ k }} * ({{ n }} - {{ k }}) / {{ n }} + {{ z }} * {{ z }} / 4)
                ) / ({{ n }} + {{ z }} * {{ z }})
    end
{%- endmacro %}

{#-
    Ends of the interval of a net promoter score in points (−100 to 100). A score is the mean of +1, 0 and −1, whose variance is
    p + d − (p − d)² with the shares p of promoters and d of detractors; the interval is the adjusted Wald one, with 3/4 promoter,
    3/4 detractor and 3/2 passives added (B. Rocks, Interval Estimation for the “Net Promoter Score”, The American Statistician
    70(4), 2016, where it covered best of those compared). The score itself always lies inside.
-#}
{% macro nps_score(promoters, detractors, answers) -%}
    case
        when {{ answers }} > 0
            then 100 * (cast({{ promoters }} as double) - {{ detractors }}) / {{ answers }}
    end
{%- endmacro %}

{% macro nps_lower(promoters, detractors, answers) -%}
    greatest(least({{ nps_end(promoters, detractors, answers, '-') }}, {{ nps_score(promoters, detractors, answers) }}), -100)
{%- endmacro %}

{% macro nps_upper(promoters, detractors, answers) -%}
    least(greatest({{ nps_end(promoters, detractors, answers, '+') }}, {{ nps_score(promoters, detractors, answers) }}), 100)
{%- endmacro %}

{% macro nps_end(promoters, detractors, answers, sign) -%}
    {%- set n -%} (cast({{ answers }} as double) + 3) {%- endset -%}
    {%- set mean -%} (cast({{ promoters }} as double) - {{ detractors }}) / {{ n }} {%- endset -%}
    case
        when {{ answers }} > 0
            then
                100 * (
                    {{ mean }} {{ sign }} {{ z_95() }} * sqrt(
                        (({{ promoters }} + {{ detractors }} + 1.5) / {{ n }} - {{ mean }} * {{ mean }}) / {{ n }}
                    )
                )
    end
{%- endmacro %}
