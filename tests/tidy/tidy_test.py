#!/usr/bin/env python3
"""Every rule must find what it forbids and leave alone what is allowed."""
import os
import sys
import textwrap
import time
import tomllib
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import cpp  # noqa: E402
import results  # noqa: E402
import rules  # noqa: E402

with open(os.path.join(HERE, "rules.toml"), "rb") as stream:
    DATA = tomllib.load(stream)


def found(rule, source, path="src/chat/x.cc"):
    return [line for line, _ in rule(rules.File(path, textwrap.dedent(source)), DATA)]


def same(actual, expected):
    assert actual == expected, f"{actual} instead of {expected}"


def test_include_table():
    same(found(rules.includes, '#include "vector/index.h"\n#include "engine/engines.h"\n'), [2])
    same(found(rules.includes, '#include "prompt/library.h"\n', "src/vector/x.cc"), [1])
    same(found(rules.includes, '#include "testing/fakes.h"\n', "src/chat/x_test.cc"), [])
    same(found(rules.includes, '#include "testing/fakes.h"\n', "src/chat/x.cc"), [1])
    same(found(rules.includes, '#include "x.h"\n'), [1])
    same(found(rules.includes, '// #include "engine/engines.h"\n/* #include "cli/x.h" */\n'), [])
    same(found(rules.includes, "int x;\n", "src/nowhere/x.cc"), [1])


def test_third_party_includes():
    same(found(rules.includes, "#include <vector>\n#include <fmt/format.h>\n#include <curl/curl.h>\n"), [3])
    same(found(rules.includes, "#include <boost/json.hpp>\n#include <boost/json/src.hpp>\n#include <boost/asio.hpp>\n"), [3])
    same(found(rules.includes, "#include <unistd.h>\n"), [1])
    same(found(rules.includes, "#include <unistd.h>\n#include <sys/mman.h>\n", "src/sys/x.cc"), [])
    same(found(rules.includes, "#include <gtest/gtest.h>\n", "src/chat/x_test.cc"), [])


def test_file_length():
    same(found(rules.file_length, "int x;\n" * 700), [])
    same(found(rules.file_length, "int x;\n" * 701), [701])


def function(lines, head="void f() {"):
    return head + "\n" + "  g();\n" * (lines - 2) + "}\n"


def test_function_length():
    same(found(rules.function_length, function(70)), [])
    same(found(rules.function_length, function(71)), [1])
    same(found(rules.function_length, "namespace a {\nstruct B {\n" + function(80, "Result<int> f(int x) const override {") + "};\n}\n"), [3])
    same(found(rules.function_length, function(80, "A::A(int x) : y_{x}, z_(x) {")), [1])
    same(found(rules.function_length, function(80, "A::A(int x) : y_{x} {")), [1])
    same(found(rules.function_length, function(80, "template <class T> T f(T x) requires(sizeof(T) > 1) {")), [1])


def test_function_length_counts_bodies_only():
    same(found(rules.function_length, "class A {\n" + "  void f() { g(); }\n" * 90 + "};\n"), [])
    same(found(rules.function_length, "constexpr int kTable[] = {\n" + "  1,\n" * 90 + "};\n"), [])
    same(found(rules.function_length, "enum class E {\n" + "  a,\n" * 90 + "};\n"), [])
    same(found(rules.function_length, 'void f() { g("{{{{"); }\n// {\n' + "int x;\n" * 90), [])
    same(found(rules.function_length, "#define A(x) \\\n  do { \\\n  if (x) {\n" + function(20)), [])


def test_strings_and_comments_do_not_count():
    same(cpp.only_code('a "x{\\"y" b').count("{"), 0)
    same(cpp.only_code('R"(x{ " )" {').count("{"), 1)
    same(cpp.only_code("1'000'000 '{' {").count("{"), 1)
    same(cpp.line_of("a\nb\nc", 4), 3)


def test_banned_words():
    same(found(rules.banned_words, "// " + "TO" + "DO later\nint x;\n"), [1])
    same(found(rules.banned_words, "TEST(A, DISABLED" + "_b) {}\n"), [1])
    same(found(rules.banned_words, '// a hack is not the word\nmkdtemp("XXXXXX");\n'), [])


def test_banned_code():
    same(found(rules.banned_code, "void f() {\n  std::cout << 1;\n}\n"), [2])
    same(found(rules.banned_code, "std::cout << 1;\n", "src/cli/x.cc"), [])
    same(found(rules.banned_code, "using namespace std;\nusing namespace std::chrono_literals;\n"), [1])
    same(found(rules.banned_code, "auto a = new A(1);\n"), [1])
    same(found(rules.banned_code, "std::unique_ptr<A> a(new A(1));\nreturn std::unique_ptr<A>(new A);\n"), [])
    same(found(rules.banned_code, "delete a;\ndelete[] b;\n"), [1, 2])
    same(found(rules.banned_code, "A(const A&) = delete;\nA& operator=(A&&) = delete;\n"), [])
    same(found(rules.banned_code, "void* p = malloc(3);\n"), [1])
    same(found(rules.banned_code, 'std::system("ls");\npopen("ls", "r");\n'), [1, 2])
    same(found(rules.banned_code, "auto p = reinterpret_cast<A*>(q);\n"), [1])
    same(found(rules.banned_code, "auto p = reinterpret_cast<A*>(q);\n", "src/sys/x.cc"), [])
    same(found(rules.banned_code, "auto p = reinterpret_cast<const char*>(q);\n"), [])
    same(found(rules.banned_code, 'text("a new start", "新的开始");  // new idea, delete it\n'), [])


def test_mutable_state():
    same(found(rules.mutable_state, "namespace a {\nint counter = 0;\n}\n"), [2])
    same(found(rules.mutable_state, "namespace {\nstd::map<int, int> cache;\nstd::vector<int> v{1};\n}\n"), [2, 3])
    same(found(rules.mutable_state, "int f() {\n  static int calls = 0;\n  return ++calls;\n}\n"), [2])
    same(found(rules.mutable_state, "int f() {\n  static const int kX = 0;\n  static std::once_flag once;\n  return kX;\n}\n"), [])
    same(found(rules.mutable_state, "constexpr int kA = 1;\nconst std::string kB = f();\nusing X = int;\nint f(int x);\nclass A;\n"), [])
    same(found(rules.mutable_state, "class A {\n  int member_ = 0;\n  static Result<A> open();\n};\nstruct B { int x; } ;\n"), [])
    same(found(rules.mutable_state, "template <class T>\nT f(T x) { return x; }\nTEST(A, b) {\n  int x = 1;\n}\n"), [])


def test_both_languages():
    same(found(rules.both_languages, 'fail(text("no file {}", "没有文件 {}", x));\n'), [])
    same(found(rules.both_languages, 'fail(text("no file {}"\n  " here", "没有文件 {}", x));\n'), [])
    same(found(rules.both_languages, 'fail(text("no file {}", "no file {}", x));\n'), [1])
    same(found(rules.both_languages, 'fail(text("没有", "没有"));\n'), [1])
    same(found(rules.both_languages, 'fail(text("no file"));\n'), [1])
    same(found(rules.both_languages, 'fail(text("no file", name));\n'), [1])
    same(found(rules.both_languages, 'return Text{"stopped", "stopped"};\n'), [1])
    same(found(rules.both_languages, 'text("a: {}", "路径: {}", x);\n'), [1])
    same(found(rules.both_languages, 'text("{}: {}", "{}：{}", x, y);\ntext("{}  {}", "{}  {}", x, y);\n'), [])
    same(found(rules.both_languages, 'store.text(id, span);\nstore->text(id);\nResult<std::string> text(Id id);\n'), [])
    same(found(rules.both_languages, 'verbatim("words in English only");\nverbatim("cvp.db");\n'), [1])


def test_bare_prints():
    same(found(rules.bare_prints, 'fmt::print("added {}\\n", n);\n', "src/cli/x.cc"), [1])
    same(found(rules.bare_prints, 'fmt::print("{}\\n", message.in(lang));\nfmt::print("\\x1b[1m");\n', "src/cli/x.cc"), [])
    same(found(rules.bare_prints, 'fmt::print("added\\n");\n', "src/chat/x.cc"), [])


def test_cycles():
    same(rules.cycles({"a": {"includes": ["b"]}, "b": {"includes": ["c"]}, "c": {"includes": []}}), None)
    same(rules.cycles({"a": {"includes": ["b"]}, "b": {"includes": ["c"]}, "c": {"includes": ["b"]}}), ["b", "c", "b"])
    same(rules.cycles(DATA["rooms"]), None)


def test_twins():
    same(list(rules.twins(["README.md", "data/prompts/a.en.toml", "data/prompts/a.zh.toml", "STYLE.md"])),
         [("README.md", "README.zh.md"), ("data/prompts/a.en.toml", "data/prompts/a.zh.toml"),
          ("data/prompts/a.zh.toml", "data/prompts/a.en.toml")])


def test_cmake_edges():
    def edges(source):
        return [line for line, _ in rules.cmake_edges("src/vector/CMakeLists.txt", source, DATA)]
    same(edges("cvp_module(vector DEPS base sys LINK PkgConfig::sqlite TEST_DEPS testing)\n"), [])
    same(edges("\ncvp_module(vector DEPS base prompt)\n"), [2])


def main():
    cases = []
    for name, test in sorted(globals().items()):
        if name.startswith("test_"):
            start, outcome, message = time.monotonic(), "passed", ""
            try:
                test()
            except AssertionError:
                outcome, message = "failed", traceback.format_exc()
                print(f"{name}: {message}")
            cases.append((name, time.monotonic() - start, outcome, message))
    results.report("tidy_rules", cases)
    bad = sum(1 for case in cases if case[2] == "failed")
    print(f"{len(cases) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
