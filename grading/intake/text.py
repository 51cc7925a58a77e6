"""From bytes to text, whatever program saved them."""

import json

SAVED = {"utf-8": "", "utf-8-sig": "with a byte order mark"}


def decode(data: bytes) -> tuple[str, str]:
    """The text without a byte order mark, and how it was saved where that is not plain UTF-8."""
    encoding = json.detect_encoding(data)  # by a byte order mark, else by where the zeros stand
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return _damaged(data, encoding)
    return text, SAVED.get(encoding, f"in {encoding.upper()}, not in UTF-8")


def _damaged(data: bytes, encoding: str) -> tuple[str, str]:
    text = data.decode(encoding, "replace")
    if encoding == "utf-8" and text.replace("\ufffd", "").isascii():  # no letter of UTF-8's own
        return data.decode("cp1252", "replace"), "in Windows-1252, not in UTF-8"
    return text, "with damaged characters"


def encodable(text: str) -> str:
    """The text with what UTF-8 cannot hold, half a surrogate pair, replaced; two halves are put together."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
