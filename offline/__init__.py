"""What outlives a visit: sealed outbox, sync with the county, audit trail.

outbox    what was handed in, until the county has signed for it; opened with Outbox.open
rescue    opening it when it may be damaged (the supervisor's first act)
submit    the path behind the last button: seal, commit, receipt
sync      the process that brings it to the county
courier   the same by USB stick
trail     the hash-chained audit trail

Nothing is imported here: a process loads only the modules it uses.
"""
