"""What has arrived since the live version was made: taken in at once, beside a run that is under way."""
