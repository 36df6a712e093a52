#include <array>

#include "sys/hardware_sources.h"

namespace cvp::sys {
namespace {

constexpr uint64_t kSectorBytes = 512;  // of /sys, whatever the disk's own
/// What is no disk: loops, RAM, mirrors and volumes over other disks, optical drives.
constexpr std::array<std::string_view, 8> kNotDisks{"loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd"};

}  // namespace

std::vector<Disk> read_disks(const Path& root) {
  std::vector<Disk> out;
  const Path block = root / "sys/block";
  for (const std::string& name : names_in(block)) {
    bool disk = true;
    for (std::string_view prefix : kNotDisks) disk = disk && !name.starts_with(prefix);
    const uint64_t sectors = read_number(block / name / "size");
    if (!disk || sectors == 0 || sectors > (1ull << 50)) continue;
    out.push_back({.device = name,
                   .model = read_fact(block / name / "device/model"),
                   .bytes = sectors * kSectorBytes,
                   .rotational = read_number(block / name / "queue/rotational") == 1});
  }
  return out;
}

}  // namespace cvp::sys
