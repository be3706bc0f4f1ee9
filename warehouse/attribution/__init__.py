"""What a channel contributes to orders: mathematics that SQL does not do well."""
