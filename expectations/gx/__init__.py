"""Great Expectations as Clientele needs it: what of it is ours, and when that may go.

`duckdb_engine`     when GX ships an execution engine for DuckDB.
`row_rule`          when GX's own expectation on a query counts and shows the rows that break it on any engine.
`context`           when a context can be made without a project folder and without reading its configuration anew.
`repeated_work`     when GX reads an expectation's configuration once, and does not store a context that nobody keeps.
`imports`           when GX imports what a single expectation needs with that expectation.
`data_docs`, `data_docs_site`  when GX renders only what is new and puts a set of pages in place in one step.
"""
