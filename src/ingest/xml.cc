#include "ingest/xml.h"

#include <charconv>

#include "ingest/parse.h"

namespace cvp::ingest {

Result<void> load_xml(pugi::xml_document& document, std::string_view xml, const Text& what) {
  // A single white space inside <w:t> is text; white space between elements is not.
  constexpr unsigned kFlags = pugi::parse_default | pugi::parse_ws_pcdata_single;
  const pugi::xml_parse_result result = document.load_buffer(xml.data(), xml.size(), kFlags);
  if (result) return {};
  if (result.status == pugi::status_out_of_memory) return fail_out_of_memory();
  return fail(Errc::corrupt,
              text("the file is damaged: {} is not well-formed XML at byte {} ({})",
                   "文件已损坏：{}不是合格的 XML，出错位置为第 {} 字节（{}）", what, result.offset,
                   result.description()),
              text("open it in the program that made it, save it again and add the new copy",
                   "请用原程序打开并重新保存，再添加新的副本"));
}

pugi::xml_node child_named(const pugi::xml_node& parent, std::string_view local) {
  for (const pugi::xml_node& child : parent.children())
    if (local_name(child) == local) return child;
  return {};
}

std::string_view attribute_named(const pugi::xml_node& node, std::string_view local) {
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    const std::string_view name = attribute.name();
    const size_t colon = name.find(':');
    if ((colon == std::string_view::npos ? name : name.substr(colon + 1)) == local) return attribute.value();
  }
  return {};
}

std::string_view child_value(const pugi::xml_node& parent, std::string_view local) {
  return attribute_named(child_named(parent, local), "val");
}

int to_int(std::string_view text, int otherwise) {
  int value = 0;
  if (text.size() > 9) return otherwise;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

}  // namespace cvp::ingest
