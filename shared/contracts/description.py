"""The description of a field or type of events: what it means and which values it has."""

from collections.abc import Iterable
from typing import Any


class Doc:
    """Metadata of an annotated type, which the JSON Schema of an event states.

    `description` is a sentence for people, `example` a value as it is in JSON, `values` all values
    that this release publishes; further keywords are those of JSON Schema. Services check none of
    it in the events that they read: a later release may publish values that this one does not know.
    """

    def __init__(
        self,
        description: str,
        example: object = None,
        *,
        values: Iterable[str] = (),
        **keywords: object,
    ) -> None:
        self._keywords: dict[str, Any] = {"description": description}
        if example is not None:
            self._keywords["examples"] = [example]
        if listed := [str(value) for value in values]:
            self._keywords["enum"] = listed
        self._keywords |= keywords

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Return the schema of the annotated type with this description; pydantic calls this.

        A reference is put into `allOf`, because AsyncAPI ignores what stands beside `$ref`.
        """
        schema: dict[str, Any] = handler(core_schema)
        return ({"allOf": [schema]} if "$ref" in schema else schema) | self._keywords
