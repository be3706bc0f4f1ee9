{#-
    Whether a row of `movements` that happened on or after a date counts in the window from there: it is true as of the
    window's end; or it takes back what was sold before the date and still stood then, and lowers the window whatever
    became of that sale, unless it was itself cancelled. What returns left of a sale counts where the sale was made in the window.
-#}
{% macro counts_in_window(as_of_date, window_end) -%}
    movements.occurred_at < {{ window_end }}
    and case
        when movements.sold_at < {{ as_of_date }} and movements.counts_until_at < {{ window_end }}
            then
                movements.movement_part = 'return'
                and movements.counts_until_at >= {{ as_of_date }}
                and (movements.cancelled_at is null or movements.cancelled_at >= {{ window_end }})
                and (movements.stands_again_at is null or movements.stands_again_at >= {{ window_end }})
        else
            {{ held_at(window_end, 'movements.counts_from_at', 'movements.counts_until_at') }}
            and (movements.movement_part <> 'residual' or movements.sold_at >= {{ as_of_date }})
    end
{%- endmacro %}
