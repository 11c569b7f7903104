"""The rule by which every consumer, also of another company, knows which records to apply."""

from typing import Final

READING_RULE: Final = """\
Records are delivered at least once, and those of one key in order. One rule says which to apply:

- **Facts** (topics of *events*): ignore a fact whose `version` is not higher than the highest that
  you have applied for the same `ce_type` and key. Never compare by the key alone: facts of
  different types share the versions of their key, and one change may publish several of them
  (`score.changed`, `rung.changed` and `class.changed`). `ce_id` recognises a record that is
  delivered twice, but not a fact that an operator publishes again: it has another id and the same
  `version`.
- **States** (topics of *states*): the last record of a `ce_type` and key wins, whatever its
  `version`. A record without a value is a *tombstone*: delete your copy. Its header `patron_reason`
  is `erased` (on purpose, and for good) or `restored` (a restored database does not have the
  record); without the header it means `erased`. If the key comes again later, apply it as if it was
  new.

What has facts only, such as an order, is described by its fact with the highest `version` of all
types. You may read a topic from its beginning again at any time."""
"""The rule in Markdown, for docs/events.md and the AsyncAPI document."""
