"""What outlives a visit: sealed outbox, sync with the county, audit trail."""
