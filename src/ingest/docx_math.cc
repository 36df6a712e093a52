#include "ingest/docx_walk.h"
#include "ingest/xml.h"

namespace cvp::ingest {
namespace {

constexpr int kMaxMathDepth = 60;

std::string part(const pugi::xml_node& parent, std::string_view name, int depth) {
  std::string out;
  append_math(child_named(parent, name), out, depth + 1);
  return out;
}

/// In brackets where it is more than one sign or number.
std::string grouped(const std::string& s) {
  const bool simple = s.size() <= 1 || s.find_first_not_of("0123456789.") == std::string::npos;
  return simple ? s : "(" + s + ")";
}

}  // namespace

void append_math(const pugi::xml_node& math, std::string& out, int depth) {
  if (depth > kMaxMathDepth) return;
  for (const pugi::xml_node& node : math.children()) {
    const std::string_view name = local_name(node);
    if (name == "t") {
      out += node.text().get();
    } else if (name == "f") {
      out += grouped(part(node, "num", depth)) + "/" + grouped(part(node, "den", depth));
    } else if (name == "sSup") {
      out += part(node, "e", depth) + "^" + grouped(part(node, "sup", depth));
    } else if (name == "sSub") {
      out += part(node, "e", depth) + "_" + grouped(part(node, "sub", depth));
    } else if (name == "sSubSup" || name == "nary") {
      if (name == "nary") {
        const std::string_view sign = child_value(child_named(node, "naryPr"), "chr");
        out += sign.empty() ? "∫" : sign;
      } else {
        out += part(node, "e", depth);
      }
      const std::string sub = part(node, "sub", depth), sup = part(node, "sup", depth);
      if (!sub.empty()) out += "_" + grouped(sub);
      if (!sup.empty()) out += "^" + grouped(sup);
      if (name == "nary") out += " " + part(node, "e", depth);
    } else if (name == "rad") {
      out += "√" + grouped(part(node, "e", depth));
    } else if (name == "d") {
      out += "(" + part(node, "e", depth) + ")";
    } else if (name != "rPr" && name != "ctrlPr") {
      append_math(node, out, depth + 1);
    }
  }
}

}  // namespace cvp::ingest
