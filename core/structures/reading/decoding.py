"""Text from the bytes of a file whose encoding is not known."""

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode(source: bytes) -> str:
    """Turn bytes into text with `\\n` line ends.

    UTF-8 or, with a byte-order mark, UTF-16; what is neither is taken as Latin-1, which never fails.
    What follows a ctrl-Z, the end of a file in old DOS programs, is left out.
    """
    if source.startswith(_UTF_16_MARKS):
        text = source.decode("utf-16", errors="replace")
    else:
        try:
            text = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = source.decode("latin-1")
    text, _, _ = text.partition("\x1a")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
