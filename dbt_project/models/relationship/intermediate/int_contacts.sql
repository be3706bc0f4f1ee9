with

purchases as (

    {{ first_purchases() }}

),

-- being won is a contact as well, made when the account was opened, at the latest with the first purchase
acquisitions as (

    select
        customers.customer_id,
        'acquisition' as contact_kind,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        customers.acquisition_channel as channel,
        cast(null as boolean) as is_opened,
        cast(null as boolean) as is_clicked,
        case
            when customers.registered_at <= purchases.first_purchase_at then customers.registered_at
            else coalesce(purchases.first_purchase_at, customers.registered_at)
        end as contacted_at
    from {{ ref('dim_customers') }} as customers
    left join purchases
        on customers.customer_id = purchases.customer_id
    where customers.acquisition_channel is not null

),

-- opening and clicking carry no time: they are known once they must have happened
campaign_contacts as (

    select
        touches.customer_id,
        'campaign' as contact_kind,
        touches.campaign_id,
        coalesce(campaigns.campaign_channel, 'unknown') as channel,
        case
            when touches.touched_at < {{ date_plus_days(run_date(), -var('campaign_response_days')) }}
                then touches.is_opened
        end as is_opened,
        case
            when touches.touched_at < {{ date_plus_days(run_date(), -var('campaign_response_days')) }}
                then touches.is_clicked
        end as is_clicked,
        touches.touched_at as contacted_at
    from {{ ref('stg_campaign_touches') }} as touches
    left join {{ ref('stg_campaigns') }} as campaigns
        on touches.campaign_id = campaigns.campaign_id
    where not touches.is_control and touches.touched_at < {{ run_date() }}

),

together as (

    select *
    from acquisitions
    where contacted_at is not null

    union all

    select *
    from campaign_contacts

),

-- two accounts of one person may both have been written to
numbered as (

    select
        *,
        row_number() over (
            partition by customer_id order by contacted_at, contact_kind, campaign_id, channel
        ) as contact_number
    from together

)

select * from numbered
