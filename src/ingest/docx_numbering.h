// Word stores "第一条" and "2.3" as a rule, not as text: what a reader sees must be counted out.
#pragma once
#include <pugixml.hpp>

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace cvp::ingest {

class DocxNumbering {
 public:
  void load(const pugi::xml_node& numbering);
  struct Label {
    bool bullet = false;
    std::string text;  // "2.3", "（一）", "第一条"; empty where the level shows nothing
  };
  /// The label of the next paragraph of this list and level; counts on. numId and ilvl as in the file.
  Label next(int number, int level);

 private:
  static constexpr int kLevels = 9;
  struct Level {
    std::string format = "decimal", text;
    int start = 1;
    bool decimal_only = false;  // isLgl: levels above are shown as decimals
  };
  struct Instance {
    int abstract = -1;
    std::map<int, int> start_override;
  };
  using Levels = std::array<Level, kLevels>;

  std::map<int, Levels> abstract_;
  std::map<int, Instance> instances_;
  std::map<int, std::array<int, kLevels>> counters_;  // by abstract id; 0 is not begun
  std::set<int> begun_;                               // instances seen
};

/// value ≥ 1 in one of Word's number formats ("decimal", "upperRoman", "chineseCounting" …); decimal where it
/// is unknown.
std::string format_number(int value, std::string_view format);

}  // namespace cvp::ingest
