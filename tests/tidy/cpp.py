"""Just enough C++ to check rules on it: comments and strings blanked, blocks classified by what opens them."""
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(source):
    return _TOKEN.sub(lambda m: _blank(m[0]) if m[0].startswith("/") else m[0], source)


def only_code(source):
    """Comments and the contents of strings and characters replaced by blanks; every position and line stays."""
    def replace(match):
        token = match[0]
        if token.startswith("/"):
            return _blank(token)
        if token.startswith("R"):
            return 'R"' + _blank(token[2:-1]) + '"'
        return token[0] + _blank(token[1:-1]) + token[-1]
    return _TOKEN.sub(replace, source)


def line_of(source, position):
    return source.count("\n", 0, position) + 1


@dataclass
class Block:
    kind: str    # namespace, type, function, value (an initialiser), inner (inside a function)
    start: int   # where its head begins
    end: int     # its closing brace
    head: str


_TYPE = re.compile(r"\b(class|struct|union|enum)\b")


def _kind(head, outer):
    if outer in ("function", "inner"):
        return "inner"
    if outer == "value":
        return "value"
    if re.search(r"\bnamespace\b", head) or re.fullmatch(r'\s*extern\s*"\s*"\s*', head):
        return "namespace"
    plain = re.sub(r"\btemplate\s*<.*?>\s*(?=\w)", "", head, flags=re.DOTALL)
    if _TYPE.search(plain) and "(" not in re.sub(r"\balignas\s*\([^)]*\)|\[\[.*?\]\]", "", plain):
        return "type"
    return "function" if "(" in head else "value"


def blocks(code):
    """Every pair of braces of code without comments, strings and preprocessor lines."""
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: _blank(m[0]), code, flags=re.MULTILINE)
    found, stack, head_start, parens, last = [], [], 0, 0, None
    for match in re.finditer(r"[()\[\];{}]", code):
        position, char = match.start(), match[0]
        if char in "([":
            parens += 1
        elif char in ")]":
            parens = max(0, parens - 1)
        elif char == ";" and parens == 0:
            head_start, last = position + 1, None
        elif char == "{":
            head = code[head_start:position]
            start = head_start + len(head) - len(head.lstrip())
            kind = _kind(head, stack[-1][0].kind if stack else "namespace")
            # `A() : x_{1} {` and `A() : x_{1}, y_(2) {`: the body belongs to the head before the member's braces.
            if last and last.kind == "function" and (not head.strip() or head.lstrip()[0] == ","):
                kind, start = "function", last.start
            stack.append((Block(kind, start, position, head.strip()), parens))
            head_start, parens, last = position + 1, 0, None
        elif char == "}" and stack:
            last, parens = stack.pop()
            last.end = position
            found.append(last)
            head_start = position + 1
    return found


def literals(source, position):
    """Adjacent string literals from position on, joined, and the position after them; (None, position) where there is none."""
    text, any_found = "", False
    while True:
        match = re.compile(r'\s*(R"([^()\\\s]{0,16})\((.*?)\)\2"|"((?:\\.|[^"\\\n])*)")', re.DOTALL).match(source, position)
        if not match:
            return (text if any_found else None), position
        text += match[3] if match[3] is not None else match[4]
        any_found, position = True, match.end()
