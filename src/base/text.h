// Every text a user can read exists in both languages at the place where it is made, so that neither can be
// forgotten.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

namespace cvp {

enum class Lang { en, zh };

/// A text in both languages. Rendered in one of them only at the edge (cli, serve).
struct Text {
  std::string en;
  std::string zh;

  const std::string& in(Lang lang) const { return lang == Lang::zh ? zh : en; }
  bool empty() const { return en.empty(); }
};

namespace detail {
template <class T>
using Picked = std::conditional_t<std::is_same_v<T, Text>, std::string, T>;

template <class T>
const Picked<T>& pick(const T& value, Lang lang) {
  if constexpr (std::is_same_v<T, Text>) {
    return value.in(lang);
  } else {
    return value;
  }
}
}  // namespace detail

/// Formats both languages with the same arguments; an argument of type Text contributes its own language to
/// each. text("cannot read {}: {}", "无法读取 {}：{}", path, reason)
template <class... A>
Text text(fmt::format_string<const detail::Picked<A>&...> en,
          fmt::format_string<const detail::Picked<A>&...> zh, const A&... args) {
  return Text{fmt::format(en, detail::pick(args, Lang::en)...),
              fmt::format(zh, detail::pick(args, Lang::zh)...)};
}

/// A text that is the same in both languages: a name, a path, a number, another program's message.
inline Text verbatim(std::string_view same) { return Text{std::string(same), std::string(same)}; }

/// Joined in each language.
inline Text operator+(Text left, const Text& right) {
  left.en += right.en;
  left.zh += right.zh;
  return left;
}

}  // namespace cvp
