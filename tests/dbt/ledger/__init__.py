"""A plain ledger of a small shop, kept by hand as docs/what-counts.md says: a second opinion on the money of the marts.

It shares no code and no SQL with the project, and was written from the page alone. Everything is exact (fractions); the
reader of a result rounds it.

`documents`  newest rows, kinds, signs and parts of lines (sections 1 to 4 and 8)
`takes`      what returns take back, one after the other (section 6)
`standing`   what is void or reversed as of a date (sections 5 and 7)
`plain_ledger`, `customers`  what every mart must say (section 9)
`places`     where the amounts of all lines went

Beside it: `shops`, `undoing`, `assortment`, `deliveries` and `luck` draw random shops; `many_shops`, `comparing` and
`shrinking` compare many of them with the marts of one build, and make what differs smaller; `writing` is for examples.
"""
