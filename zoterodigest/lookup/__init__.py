"""Metadata of works from elsewhere: arXiv, Crossref, DBLP and Semantic Scholar, cached.

- Asking: `arxiv`, with `feed`, and on `index` `crossref`, `dblp` and `semantic_scholar` say how a
  service is asked, and read its answers. `service` sends, `cache` keeps, `sources` holds all that a
  run may ask. `work` has the values that come back; `texts` makes plain what is in them.
- Where a paper was published: `published_in` reads what its authors say, by `wording`. Of each
  place in their text, `venue_claims` says what it claims, by `venue_names` and by what stands
  behind a name, `venue_tail` and `citation`. `index_venues` reads what indexes say. `rules` are the
  phrases of `lookup.toml`.
- Weighing: `agreement` tells whether an answer is about the work, `statements` collects what each
  source says, `publication` weighs it. `finding` asks one source after the other.
"""
