#pragma once
#include <pugixml.hpp>

#include <map>
#include <string>
#include <string_view>

namespace cvp::ingest {

/// What of a paragraph style says something about structure, inherited along basedOn.
struct DocxStyle {
  int heading_level = 0;  // 1 to 9; 0 is no heading
  int numbering = 0;      // numId; 0 is none
  int numbering_level = 0;
  bool contents_entry = false;  // a line of the table of contents
};

class DocxStyles {
 public:
  void load(const pugi::xml_node& styles);
  DocxStyle find(std::string_view id) const;

 private:
  struct Raw {
    std::string name, based_on;
    int outline = -1, numbering = -1, numbering_level = -1;
  };
  std::map<std::string, Raw, std::less<>> styles_;
};

}  // namespace cvp::ingest
