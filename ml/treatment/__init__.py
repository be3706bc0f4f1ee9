"""The treatment of missing values and outliers in models, by the rule of each feature; marts are not changed."""
