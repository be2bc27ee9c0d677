"""The acceptance criteria of the product, each with its evidence: `make acceptance`.

Three nights of two tenants are played by processes that log as a pipeline does; one of them is killed, events come
twice and late. What the logs say is counted here by hand and held against the database, the pages, the drills and
the QA.
"""
