"""What a campaign did: the arithmetic behind the marts of campaigns, on sums of their two groups."""
