#include "ingest/html_tree.h"

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdlib>
#include <map>

#include "base/unicode.h"

namespace cvp::ingest {

// Gumbo checks no allocation and frees its tree by recursion. So every block it takes is kept on a list of
// ours: a refused allocation jumps out of the parser, and freeing walks the list.
struct HtmlTree::Memory {
  struct alignas(std::max_align_t) Block {
    Block* next;
    Block** link;  // what points to this block
    size_t bytes;
  };
  Block* first = nullptr;
  uint64_t used = 0, limit = 0;
  std::jmp_buf out_of_memory;

  void* allocate(size_t bytes) {
    if (bytes > limit - used) return nullptr;
    auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + bytes));
    if (block == nullptr) return nullptr;
    *block = {first, &first, bytes};
    if (first != nullptr) first->link = &block->next;
    first = block;
    used += bytes;
    return block + 1;
  }
  void release(void* pointer) {
    if (pointer == nullptr) return;
    Block* block = static_cast<Block*>(pointer) - 1;
    *block->link = block->next;
    if (block->next != nullptr) block->next->link = block->link;
    used -= block->bytes;
    std::free(block);
  }
};

void HtmlTree::FreeAll::operator()(Memory* memory) const {
  while (memory->first != nullptr) memory->release(memory->first + 1);
  delete memory;
}

namespace {

extern "C" void* gumbo_allocate(void* context, size_t bytes) {
  auto* memory = static_cast<HtmlTree::Memory*>(context);
  void* block = memory->allocate(bytes);
  if (block == nullptr) std::longjmp(memory->out_of_memory, 1);
  return block;
}
extern "C" void gumbo_release(void* context, void* pointer) {
  static_cast<HtmlTree::Memory*>(context)->release(pointer);
}

/// No object with a destructor lives between setjmp and longjmp.
GumboOutput* parse_guarded(HtmlTree::Memory* memory, const char* html, size_t size) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = gumbo_allocate;
  options.deallocator = gumbo_release;
  options.userdata = memory;
  options.max_errors = 0;
  if (setjmp(memory->out_of_memory) != 0) return nullptr;
  return gumbo_parse_with_options(&options, html, size);
}

constexpr std::string_view kNoDepth[] = {
    "area",  "base", "br",    "col",    "dd",       "dt", "embed", "hr",  "img",     "input",
    "li",    "link", "meta",  "option", "optgroup", "p",  "param", "rp",  "rt",      "source",
    "tbody", "td",   "tfoot", "th",     "thead",    "tr", "track", "wbr", "colgroup"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

struct Tag {
  std::array<char, 16> name_bytes{};
  size_t name_size = 0;
  bool closing = false;
  size_t end = 0;  // behind the '>'
  std::string_view name() const { return {name_bytes.data(), name_size}; }
};

/// The tag that begins at html[at] == '<', or nothing where that is text. Attribute values are not looked
/// into.
std::optional<Tag> tag_at(std::string_view html, size_t at) {
  Tag tag;
  size_t pos = at + 1;
  if (pos < html.size() && html[pos] == '/') {
    tag.closing = true;
    ++pos;
  }
  if (pos >= html.size() || !is_letter(html[pos])) return {};
  while (pos < html.size() && (is_letter(html[pos]) || (html[pos] >= '0' && html[pos] <= '9'))) {
    if (tag.name_size < tag.name_bytes.size()) tag.name_bytes[tag.name_size++] = lower(html[pos]);
    ++pos;
  }
  const size_t end = html.find('>', pos);
  tag.end = end == std::string_view::npos ? html.size() : end + 1;
  return tag;
}

size_t skip_comment(std::string_view html, size_t at) {
  const size_t end = html.find("-->", at + 4);
  return end == std::string_view::npos ? html.size() : end + 3;
}

/// Behind the end tag of an element whose content is no markup.
size_t skip_raw(std::string_view html, size_t from, std::string_view name) {
  while (true) {
    const size_t at = html.find("</", from);
    if (at == std::string_view::npos) return html.size();
    const auto tag = tag_at(html, at);
    if (tag && tag->name() == name) return tag->end;
    from = at + 2;
  }
}

bool has_raw_content(std::string_view name) { return name == "script" || name == "style"; }

bool breaks_line(std::string_view name) {
  for (const std::string_view block :
       {"p",     "div", "br", "li", "tr", "h1",  "h2",         "h3",      "h4",      "h5",    "h6",
        "table", "ul",  "ol", "dt", "dd", "pre", "blockquote", "section", "article", "title", "body"})
    if (name == block) return true;
  return false;
}

/// &amp; and the other four of XML, &nbsp;, and numbers.
void append_entity(std::string_view html, size_t& pos, std::string& out) {
  const size_t end = html.substr(pos, 12).find(';');
  const std::string_view name =
      end == std::string_view::npos ? std::string_view() : html.substr(pos + 1, end - 1);
  static constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
  for (const auto& [known, c] : kNamed) {
    if (name != known) continue;
    out += c;
    pos += end + 1;
    return;
  }
  if (name.size() >= 2 && name[0] == '#') {
    const bool hex = lower(name[1]) == 'x';
    char* stop = nullptr;
    const std::string digits(name.substr(hex ? 2 : 1));
    const unsigned long value = std::strtoul(digits.c_str(), &stop, hex ? 16 : 10);
    if (!digits.empty() && *stop == '\0' && value > 0 && value < 0x110000 &&
        (value < 0xd800 || value > 0xdfff)) {
      append_utf8(out, static_cast<char32_t>(value));
      pos += end + 1;
      return;
    }
  }
  out += '&';
  ++pos;
}

}  // namespace

bool nests_deeper_than(std::string_view html, size_t limit) {
  std::map<std::string, size_t, std::less<>> open;
  size_t depth = 0;
  for (size_t pos = html.find('<'); pos != std::string_view::npos && pos < html.size();
       pos = html.find('<', pos)) {
    if (html.substr(pos).starts_with("<!--")) {
      pos = skip_comment(html, pos);
      continue;
    }
    const auto tag = tag_at(html, pos);
    if (!tag) {
      ++pos;
      continue;
    }
    pos = tag->end;
    bool counts = true;
    for (const std::string_view name : kNoDepth) counts = counts && tag->name() != name;
    if (!counts) continue;
    if (!tag->closing && has_raw_content(tag->name())) {
      pos = skip_raw(html, pos, tag->name());
      continue;
    }
    auto it = open.find(tag->name());
    if (it == open.end()) it = open.emplace(std::string(tag->name()), 0).first;
    if (!tag->closing) {
      ++it->second;
      if (++depth > limit) return true;
    } else if (it->second > 0) {
      --it->second;
      --depth;
    }
  }
  return false;
}

std::string strip_tags(std::string_view html) {
  std::string out;
  for (size_t pos = 0; pos < html.size();) {
    if (html[pos] == '&') {
      append_entity(html, pos, out);
      continue;
    }
    if (html[pos] == '<') {
      if (html.substr(pos).starts_with("<!--")) {
        pos = skip_comment(html, pos);
        continue;
      }
      if (const auto tag = tag_at(html, pos)) {
        if (breaks_line(tag->name())) out += '\n';
        pos =
            !tag->closing && has_raw_content(tag->name()) ? skip_raw(html, tag->end, tag->name()) : tag->end;
        continue;
      }
      if (html.substr(pos).starts_with("<!") || html.substr(pos).starts_with("<?")) {
        const size_t end = html.find('>', pos);
        pos = end == std::string_view::npos ? html.size() : end + 1;
        continue;
      }
    }
    out += html[pos++];
  }
  return out;
}

std::optional<HtmlTree> HtmlTree::parse(std::string_view utf8, uint64_t memory_bytes) {
  if (nests_deeper_than(utf8, kMaxDepth)) return {};
  HtmlTree tree;
  tree.memory_.reset(new Memory);
  tree.memory_->limit = memory_bytes;
  tree.output_ = parse_guarded(tree.memory_.get(), utf8.data(), utf8.size());
  if (tree.output_ == nullptr) return {};
  return tree;
}

}  // namespace cvp::ingest
