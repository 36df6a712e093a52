#include "ingest/docx.h"

#include "ingest/clean.h"
#include "ingest/docx_walk.h"
#include "ingest/kind.h"
#include "ingest/xml.h"
#include "ingest/zip_reader.h"

namespace cvp::ingest {
namespace {

using Parts = std::map<std::string, std::string>;

/// Relationship targets by the last word of their type ("styles", "footnotes" …), resolved against the folder
/// of the part.
std::map<std::string, std::string> targets_of(const std::string& xml, const std::string& folder) {
  std::map<std::string, std::string> targets;
  pugi::xml_document document;
  if (!load_xml(document, xml, verbatim("rels"))) return targets;
  for (const pugi::xml_node& relation : document.document_element().children()) {
    if (attribute_named(relation, "TargetMode") == "External") continue;
    std::string type(attribute_named(relation, "Type"));
    type = type.substr(type.find_last_of('/') + 1);
    std::string target(attribute_named(relation, "Target"));
    target = target.starts_with('/') ? target.substr(1) : folder + target;
    targets.emplace(std::move(type), std::move(target));
  }
  return targets;
}

struct Layout {
  std::string document, styles, numbering, footnotes, endnotes, core;
};

/// Which part is what is said by relationships; producers differ in the names.
Result<Layout> find_parts(std::string_view bytes) {
  Layout layout;
  Parts root = TRY(read_zip(bytes, {"_rels/.rels"}));
  auto targets = targets_of(root["_rels/.rels"], "");
  layout.document = targets.contains("officeDocument") ? targets["officeDocument"] : "word/document.xml";
  layout.core = targets.contains("core-properties") ? targets["core-properties"] : "docProps/core.xml";
  const size_t slash = layout.document.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "" : layout.document.substr(0, slash + 1);
  const std::string rels = folder + "_rels/" + layout.document.substr(folder.size()) + ".rels";
  Parts main = TRY(read_zip(bytes, {rels}));
  targets = targets_of(main[rels], folder);
  const auto part = [&](const char* type, const char* otherwise) {
    return targets.contains(type) ? targets[type] : folder + otherwise;
  };
  layout.styles = part("styles", "styles.xml");
  layout.numbering = part("numbering", "numbering.xml");
  layout.footnotes = part("footnotes", "footnotes.xml");
  layout.endnotes = part("endnotes", "endnotes.xml");
  return layout;
}

std::string core_title(const std::string& xml) {
  pugi::xml_document core;
  if (xml.empty() || !load_xml(core, xml, verbatim("core.xml"))) return {};
  return one_line(clean_text(child_named(core.document_element(), "title").text().get()));
}

/// A damaged helper part costs structure, not the text.
template <class Use>
void with_part(const Parts& parts, const std::string& name, std::vector<Text>& notes, Use use) {
  const auto part = parts.find(name);
  if (part == parts.end() || part->second.empty()) return;
  pugi::xml_document document;
  if (auto loaded = load_xml(document, part->second, verbatim(name)); !loaded) {
    notes.push_back(text("{} is damaged and was left out", "{} 已损坏，未读取", name));
    return;
  }
  use(document.document_element());
}

}  // namespace

Result<store::ParsedText> parse_docx(std::string_view bytes, uint64_t text_limit_bytes) {
  const Layout layout = TRY(find_parts(bytes));
  Parts parts = TRY(read_zip(bytes, {layout.document, layout.styles, layout.numbering, layout.footnotes,
                                     layout.endnotes, layout.core}));
  const auto main = parts.find(layout.document);
  if (main == parts.end()) {
    return fail(Errc::corrupt,
                text("the file is damaged: {} is missing from its zip container",
                     "文件已损坏：zip 容器中缺少 {}", layout.document),
                text("open it in Word, save it again and add the new copy",
                     "请用 Word 打开并重新保存，再添加新的副本"));
  }
  pugi::xml_document document;
  TRY(load_xml(document, main->second, text("the document part", "正文")));
  std::string().swap(main->second);
  const pugi::xml_node body = child_named(document.document_element(), "body");
  if (!body) {
    return fail(Errc::refused, text("the zip container holds no Word document", "zip 容器中没有 Word 文档"),
                text("save it as DOCX or PDF and add that", "请另存为 DOCX 或 PDF 后再添加"));
  }
  store::ParsedText parsed;
  DocxStyles styles;
  with_part(parts, layout.styles, parsed.notes, [&](const pugi::xml_node& root) { styles.load(root); });
  DocxNumbering numbering;
  with_part(parts, layout.numbering, parsed.notes, [&](const pugi::xml_node& root) { numbering.load(root); });
  DocxWalk walk(std::move(styles), std::move(numbering), text_limit_bytes);
  with_part(parts, layout.footnotes, parsed.notes,
            [&](const pugi::xml_node& root) { walk.load_notes(root, ""); });
  with_part(parts, layout.endnotes, parsed.notes,
            [&](const pugi::xml_node& root) { walk.load_notes(root, "e"); });
  walk.run(body);

  parsed.text = TRY(walk.take());
  parsed.media_type = media_type(Kind::docx);
  parsed.title = core_title(parts[layout.core]);
  if (parsed.title.empty()) parsed.title = clean_text(walk.first_heading());
  if (walk.hidden_runs() > 0) {
    parsed.notes.push_back(
        text("{} passages of hidden text were left out", "略去了 {} 处隐藏文字", walk.hidden_runs()));
  }
  if (walk.too_deep()) {
    parsed.notes.push_back(
        text("parts of the document nest too deeply and were left out", "文档中嵌套过深的部分未读取"));
  }
  return parsed;
}

}  // namespace cvp::ingest
