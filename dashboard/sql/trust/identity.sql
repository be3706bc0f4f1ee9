-- How many customer ids are how many persons, and by what they were put together.
select
    status,
    customer_id_count,
    person_count,
    merged_id_count,
    exact_link_count,
    probabilistic_link_count,
    override_count,
    review_pair_count,
    refused_pair_count,
    largest_cluster_id_count,
    reason
from quality.identity_summary
where as_of_date = $as_of_date
