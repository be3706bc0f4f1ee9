-- One row per subscriber. The file is a cross-section without dates: it counts as taken on 2018-01-01; a contract
-- started `tenure` months before that day and, if churned, ended on it. So the run's default date is 2018-01-02.
-- What cannot be placed (tenure, contract or churn flag of another form) is passed on as text and quarantined.
-- 'No internet service' and 'No phone service' are no: what there is no line for is not subscribed. Yes/No and 1/0
-- become true and false. TotalCharges is blank for the 11 who have not paid yet (tenure 0).
with observed as (
    select
        *,
        date '2018-01-01' as observed_on,
        lower(trim("InternetService")) as internet,
        lower(trim("PhoneService")) as phone
    from landed
)

select
    _row_number,
    "customerID" as subscription_id,
    "customerID" as customer_id,
    case
        when internet = 'no' then 'phone'
        when phone = 'yes' then 'phone and ' || trim("InternetService")
        else trim("InternetService")
    end as plan_name,
    case
        when regexp_full_match(trim("tenure"), '\d{1,3}')
            then (observed_on - to_months(trim("tenure")::integer))::varchar
        when trim("tenure") <> '' then concat('tenure ', "tenure")
    end as started_at,
    case lower(trim("Churn"))
        when 'no' then null
        when 'yes' then observed_on::varchar
        else concat('Churn ', "Churn")
    end as ended_at,
    "MonthlyCharges" as monthly_amount,
    "TotalCharges" as total_charges_amount,
    case lower(trim("Contract"))
        when 'month-to-month' then '1'
        when 'one year' then '12'
        when 'two year' then '24'
        else concat('Contract ', "Contract")
    end as term_months,
    "PaymentMethod" as payment_method,
    to_json({
        internet_service: case when internet = 'no' then 'none' else internet end,
        has_phone_service: phone = 'yes',
        has_multiple_lines: lower(trim("MultipleLines")) = 'yes',
        has_online_security: lower(trim("OnlineSecurity")) = 'yes',
        has_online_backup: lower(trim("OnlineBackup")) = 'yes',
        has_device_protection: lower(trim("DeviceProtection")) = 'yes',
        has_tech_support: lower(trim("TechSupport")) = 'yes',
        has_streaming_tv: lower(trim("StreamingTV")) = 'yes',
        has_streaming_movies: lower(trim("StreamingMovies")) = 'yes',
        has_paperless_billing: lower(trim("PaperlessBilling")) = 'yes',
        is_senior: trim("SeniorCitizen") in ('1', '1.0', 'Yes'),
        has_partner: lower(trim("Partner")) = 'yes',
        has_dependents: lower(trim("Dependents")) = 'yes'
    })::varchar as attributes
from observed
