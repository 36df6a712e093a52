"""The rules. Each takes a File (and the data of rules.toml) and yields (line, message)."""
import re
from dataclasses import dataclass, field

import cpp

CPP = (".cc", ".h")
_CJK = re.compile(r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


@dataclass
class File:
    path: str            # from the root, with /
    source: str
    code: str = field(init=False)
    blocks: list = field(init=False)

    def __post_init__(self):
        self.is_cpp = self.path.endswith(CPP)
        self.is_test = bool(re.search(r"_(test|fixture|for_tests)\.(cc|h)$", self.path))
        self.code = cpp.only_code(self.source) if self.is_cpp else ""
        self.blocks = cpp.blocks(self.code) if self.is_cpp else []
        parts = self.path.split("/")
        self.room = parts[1] if parts[0] == "src" and len(parts) > 2 else None

    def line(self, position):
        return cpp.line_of(self.source, position)


def _listed(name, headers, data):
    for header in headers:
        if header == "posix":
            if _listed(name, data["posix"]["headers"], data):
                return True
        elif name == header or name.startswith(header if header.endswith("/") else header + "/") or name == header + ".hpp":
            return True
    return False


def includes(file, data):
    if not file.room:
        return
    room = data["rooms"].get(file.room)
    if room is None:
        yield 1, f"src/{file.room} is not a room of tests/tidy/rules.toml"
        return
    rooms, headers = {file.room, *room["includes"]}, list(room["headers"])
    if file.is_test:
        rooms, headers = rooms | set(data["tests"]["includes"]), headers + data["tests"]["headers"]
    comments_gone = cpp.without_comments(file.source)
    for match in _INCLUDE.finditer(comments_gone):
        line, name = file.line(match.start()), match[2]
        if match[1] == '"':
            if "/" not in name:
                yield line, f'write "{file.room}/{name}"'
            elif name.split("/")[0] not in rooms:
                yield line, f"{file.room} may not include {name}"
        elif ("/" in name or name.endswith((".h", ".hpp"))) and not _listed(name, headers, data):
            yield line, f"{file.room} may not include <{name}>: not in its list of headers"


def file_length(file, data):
    count, limit = file.source.count("\n"), data["limits"]["file_lines"]
    if count > limit:
        yield limit + 1, f"{count} lines, at most {limit}"


def function_length(file, data):
    limit = data["limits"]["function_lines"]
    for block in file.blocks:
        lines = file.code.count("\n", block.start, block.end) + 1
        if block.kind == "function" and lines > limit:
            yield file.line(block.start), f"a function of {lines} lines, at most {limit}"


def banned_words(file, data):
    for match in re.finditer(r"\b(?:" + "|".join(data["banned_words"]["patterns"]) + ")", file.source):
        yield file.line(match.start()), f"{match[0]} is banned: do it or leave it"


def _excepted(file, prefixes):
    return any(file.path.startswith(prefix) for prefix in prefixes)


def banned_code(file, data):
    for rule in data["banned_code"] if file.is_cpp else ():
        if _excepted(file, rule.get("except", ())) or (file.is_test and not rule.get("tests", True)):
            continue
        for match in re.finditer(rule["pattern"], file.code):
            before = file.code[max(0, match.start() - 200):match.start()]
            if "unless_after" in rule and re.search(rule["unless_after"], before):
                continue
            yield file.line(match.start()), f"{' '.join(match[0].split())}: {rule['why']}"


_STATEMENT = re.compile(r"(?:(?:static|inline|thread_local)\s+)*"
                        r"(?!using|typedef|extern|template|friend|class|struct|union|enum|static_assert|namespace|return|public|private"
                        r"|const\b|constexpr|constinit\s+const|consteval)"
                        r"[A-Za-z_][\w:]*(?:<[^;()]*>)?[\s*&]+(\w+)\s*(?:\[[^\]]*\]\s*)?(?:=(?!=).*|\{.*\})?", re.DOTALL)


def mutable_state(file, data):
    """Variables at namespace scope and function-local statics that are not const."""
    if not file.is_cpp or _excepted(file, data["mutable_state"]["except"]):
        return
    for match in re.finditer(r"\bstatic\s+(?!std::once_flag)([^;={(]*)[;={]", file.code):
        inside = [b for b in file.blocks if b.start < match.start() < b.end]
        if any(b.kind == "function" for b in inside) and not re.search(r"\bconst(expr)?\b", match[1]):
            yield file.line(match.start()), "a function keeps mutable static state"
    outer = _namespace_text(file)
    position = 0
    for statement in re.split(r"(;)", outer):
        body = statement.strip()
        if body and body != ";" and _STATEMENT.fullmatch(body) and not re.search(r"\boperator\b", body):
            yield file.line(position + len(statement) - len(statement.lstrip())), "a mutable variable at namespace scope"
        position += len(statement)


def _namespace_text(file):
    """The code at namespace scope: bodies of functions and types blanked, namespaces' own heads and braces made into ends."""
    text = list(re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m[0]), file.code, flags=re.MULTILINE))
    for block in file.blocks:
        brace = file.code.index("{", block.start + len(block.head)) if block.head else block.start
        if block.kind == "namespace":
            for i in (*range(block.start, brace + 1), block.end):
                text[i] = ";" if i in (brace, block.end) else ("\n" if text[i] == "\n" else " ")
        elif block.kind in ("function", "type"):
            for i in range(block.start, block.end + 1):
                text[i] = "\n" if text[i] == "\n" else " "
            text[block.end] = ";" if block.kind == "function" else " "
    return "".join(text)


def both_languages(file, data):
    """text("english", "中文", …) and Text{"english", "中文"}: each literal in its own language, Chinese with its own punctuation."""
    if not file.is_cpp or not file.room or file.is_test or file.path == "src/base/text.h":
        return
    source = cpp.without_comments(file.source)
    for match in re.finditer(r"(?<![\w.>])(?:cvp::)?(?:text\(|Text\s*\{)", source):
        english, position = cpp.literals(source, match.end())
        if english is None:
            continue
        line = file.line(match.start())
        comma = re.compile(r"\s*,").match(source, position)
        chinese, _ = cpp.literals(source, comma.end()) if comma else (None, position)
        yield from ((line, problem) for problem in _language_problems(english, chinese))
    for match in re.finditer(r'\bverbatim\("((?:\\.|[^"\\\n])*)"', source):
        if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", match[1]):
            yield file.line(match.start()), "verbatim() of words: a text needs both languages"


def _language_problems(english, chinese):
    if chinese is None:
        yield "a text needs its Chinese wording as second literal"
        return
    if _CJK.search(english):
        yield "the first wording is English"
        return
    words = re.sub(r"\\.|\{[^}]*\}|`[^`]*`", " ", english)
    if re.search(r"[A-Za-z]{2,}", words) and not _CJK.search(chinese):
        yield "the second wording is Chinese"
    wrong = re.search(r"[\u3400-\u9fff][,;:?!](?![\w/])", chinese)
    if wrong:
        yield f"Chinese punctuation after Chinese: {wrong[0]}"


_PRINT = re.compile(r"\b(?:fmt::print|std::print|std::puts|std::fputs|std::printf|std::fprintf)\s*\(|(?:cout|cerr)\s*<<")


def bare_prints(file, data):
    """The cli prints texts, not words that stand in it."""
    if file.room != "cli" or not file.is_cpp or file.is_test:
        return
    source = cpp.without_comments(file.source)
    for match in _PRINT.finditer(file.code):
        statement = source[match.end():file.code.find(";", match.end())]
        for literal in re.findall(r'"((?:\\.|[^"\\\n])*)"', statement):
            if re.search(r"[A-Za-z]{2,}", re.sub(r"\\.|\{[^}]*\}|\bcvp\b", " ", literal)):
                yield file.line(match.start()), f'prints "{literal}": a text needs both languages'


RULES = (includes, file_length, function_length, banned_words, banned_code, mutable_state, both_languages, bare_prints)


def cycles(table):
    """A way from a room back to itself in the include table, or None."""
    done = set()

    def visit(room, way):
        if room in way:
            return way[way.index(room):] + [room]
        if room in done:
            return None
        for other in table[room]["includes"]:
            found = visit(other, way + [room])
            if found:
                return found
        done.add(room)
        return None
    return next((found for room in table if (found := visit(room, []))), None)


def cmake_edges(path, source, data):
    """cvp_module(NAME DEPS …) may link what the table lets NAME include."""
    for match in re.finditer(r"cvp_module\(\s*(\w+)([^)]*)\)", source):
        deps = re.search(r"(?<!_)\bDEPS((?:\s+(?!LINK\b|TEST_)\w+)*)", match[2])
        allowed = data["rooms"].get(match[1], {}).get("includes", [])
        for room in deps[1].split() if deps else ():
            if room not in allowed:
                yield source.count("\n", 0, match.start()) + 1, f"{match[1]} may not depend on {room}"


def twins(paths):
    """(path, the path of the same in the other language) for what must exist in both."""
    for path in paths:
        if path == "README.md":
            yield path, "README.zh.md"
        match = re.fullmatch(r"(data/prompts/.*)\.(en|zh)\.toml", path)
        if match:
            yield path, f"{match[1]}.{'zh' if match[2] == 'en' else 'en'}.toml"
