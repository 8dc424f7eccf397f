"""What a client sends, decoded into a declared type, or refused with the field named.

400 is for what is no JSON, 422 for JSON that says something wrong. Beyond the types, two things are refused that JSON
allows and that would hurt later: the character NUL, which Postgres cannot store, and a key that stands twice in one
object, where two readers may take different ones.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec

from shared.errors import FieldError, MalformedRequest, Unprocessable

LIMIT_BYTES = 256 * 1024
NO_NUL = r"^[^\x00]*$"
"""For the declaration of a text: says in the OpenAPI document what is refused in any case."""

T = TypeVar("T")

# msgspec's messages end in where: "Expected `int`, got `str` - at `$.items[0].quantity`".
_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at (?P<key>key in )?`\$\.?(?P<path>.*)`)?", re.DOTALL)
_NAMED = re.compile(r"Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)
_MAX_QUERY_FIELDS = 100


class BodyDecoder(Generic[T]):
    """Decodes JSON bodies of one type. Make it once: that is where the cost is."""

    def __init__(self, body_type: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(body_type)

    def decode(self, raw: bytes) -> T:
        """Raises MalformedRequest or Unprocessable."""
        try:
            body = self._decoder.decode(raw)
            json.loads(raw, object_pairs_hook=_refuse_repeated_keys)
        except msgspec.ValidationError as error:
            raise Unprocessable(errors=[_field_error(str(error))]) from None
        except msgspec.DecodeError as error:
            raise _no_json(raw, error) from None
        except UnicodeDecodeError:
            raise MalformedRequest("The body is not UTF-8") from None
        except RecursionError:
            raise MalformedRequest("The body is nested too deeply") from None
        if b"\\u0000" in raw:
            _refuse_characters(body)
        return body


def decode_query(query_type: type[T], query_string: str) -> T:
    """The parameters of a query string as a struct; numbers are read from text. Raises as BodyDecoder.decode."""
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True, errors="strict", max_num_fields=_MAX_QUERY_FIELDS)
    except UnicodeDecodeError:
        raise MalformedRequest("The query string is not UTF-8") from None
    except ValueError:
        raise MalformedRequest(f"The query string has more than {_MAX_QUERY_FIELDS} parameters") from None
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise Unprocessable(errors=[FieldError(field=name, message="It stands twice")])
        if "\0" in value:
            raise Unprocessable(errors=[FieldError(field=name, message="It contains the character NUL")])
        given[name] = value
    try:
        return msgspec.convert(given, query_type, strict=False)
    except msgspec.ValidationError as error:
        raise Unprocessable(errors=[_field_error(str(error))]) from None


def _field_error(text: str) -> FieldError:
    found = _MESSAGE.fullmatch(text)
    assert found, text  # the pattern matches any text
    what, path = found["what"], found["path"] or ""
    if named := _NAMED.fullmatch(what):
        path = f"{path}.{named['name']}" if path else named["name"]
        what = "It is required" if named["what"] == "missing required" else "This field is not known"
    return FieldError(field=path or "$", message=f"Key: {what}" if found["key"] else what)


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > 1:
        seen = set()
        for key, _ in pairs:
            if key in seen:
                message = "It stands twice in one object"
                raise MalformedRequest("A field stands twice", errors=[FieldError(field=key, message=message)])
            seen.add(key)


def _no_json(raw: bytes, error: msgspec.DecodeError) -> MalformedRequest | Unprocessable:
    """Why it is no JSON. A lone surrogate is: JSON's grammar has it, so only the field is wrong."""
    if b"\\u" in raw:
        try:
            _refuse_characters(json.loads(raw))
        except Unprocessable as problem:
            return problem
        except (ValueError, RecursionError):
            pass
    return MalformedRequest(f"The body is not JSON: {error}")


def _refuse_characters(value: object, path: str = "") -> None:
    """Raises Unprocessable for a string, at any depth, with NUL or half a surrogate pair."""
    if isinstance(value, str):
        if "\0" in value:
            raise Unprocessable(errors=[FieldError(field=path or "$", message="It contains the character NUL")])
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise Unprocessable(errors=[FieldError(field=path or "$", message="It contains half a surrogate pair")])
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _refuse_characters(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            inner = f"{path}.{key}".encode(errors="replace").decode().replace("\0", "?").lstrip(".")
            _refuse_characters(key, inner)
            _refuse_characters(item, inner)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _refuse_characters(item, f"{path}[{index}]")
