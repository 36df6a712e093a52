#include <algorithm>

#include "sys/hardware_sources.h"

namespace cvp::sys {
namespace {

constexpr uint64_t kListBytes = 16 << 20;

bool same_id(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::ranges::equal(a, b, [](char x, char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

template <class Visit>
void each_line(std::string_view text, Visit visit) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (!visit(text.substr(at, end - at))) return;
    at = end + 1;
  }
}

/// Lines "device, revision, name".
std::string from_amdgpu_ids(std::string_view list, std::string_view device, std::string_view revision) {
  std::string found;
  each_line(list, [&](std::string_view line) {
    const size_t first = line.find(',');
    const size_t second = first == line.npos ? line.npos : line.find(',', first + 1);
    if (second == line.npos || line.starts_with('#')) return true;
    if (!same_id(trimmed(line.substr(0, first)), device)) return true;
    if (!same_id(trimmed(line.substr(first + 1, second - first - 1)), revision)) return true;
    found = trimmed(line.substr(second + 1));
    return false;
  });
  return found;
}

/// Vendors begin a line, their devices stand below behind a tabulator.
std::string from_pci_ids(std::string_view list, std::string_view vendor, std::string_view device) {
  std::string maker, found;
  each_line(list, [&](std::string_view line) {
    if (line.empty() || line.starts_with('#') || line.starts_with("\t\t")) return true;
    const bool below = line.starts_with('\t');
    if (below) line.remove_prefix(1);
    const size_t space = line.find(' ');
    if (space == line.npos) return true;
    if (!below) {
      if (!maker.empty()) return false;
      if (same_id(line.substr(0, space), vendor)) maker = trimmed(line.substr(space));
    } else if (!maker.empty() && same_id(line.substr(0, space), device)) {
      found = maker + " " + std::string(trimmed(line.substr(space)));
      return false;
    }
    return true;
  });
  return found;
}

}  // namespace

std::string pci_device_name(const Path& root, std::string_view vendor, std::string_view device,
                            std::string_view revision) {
  if (vendor == "1002") {
    const auto list = read_file(root / "usr/share/libdrm/amdgpu.ids", kListBytes);
    if (list) {
      std::string name = from_amdgpu_ids(*list, device, revision);
      if (!name.empty()) return name;
    }
  }
  for (const char* place : {"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids"}) {
    const auto list = read_file(root / place, kListBytes);
    if (!list) continue;
    std::string name = from_pci_ids(*list, vendor, device);
    if (!name.empty()) return name;
  }
  return "";
}

}  // namespace cvp::sys
