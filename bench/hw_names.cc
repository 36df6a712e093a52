// hw/names: every name of the GPU catalogue in several spellings, the drivers' strings, and laptops that must
// not get a desktop card's figures. Beside it what plain substring search, as other planners do it, makes of
// the laptops.
#include <algorithm>
#include <cctype>

#include "bench/context.h"
#include "bench/figure.h"
#include "plan/driver_strings_for_tests.h"
#include "plan/gpu_name.h"

namespace cvp::bench {
namespace {

constexpr uint64_t kGib = 1ull << 30;
constexpr size_t kShownMistakes = 10;

/// The same name as other people write it.
std::vector<std::string> spellings(const plan::GpuName& name) {
  std::string lower = name.canonical, dashed = name.canonical;
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  // Dashes are part of what names say in brackets and of Adreno's numbers.
  const bool plain = dashed.find_first_of("(-") == std::string::npos;
  if (plain) std::ranges::replace(dashed, ' ', '-');
  return {name.canonical, lower, dashed, plan::vendor_text(name.vendor).en + " " + name.canonical,
          name.canonical + " (TM) Graphics"};
}

bool same(const plan::GpuName& read, const plan::GpuName& meant) {
  return read.canonical == meant.canonical && read.vendor == meant.vendor && read.series == meant.series &&
         read.architecture == meant.architecture && read.compute_capability == meant.compute_capability &&
         read.form == meant.form && read.memory_bytes == meant.memory_bytes;
}

size_t right_in_catalogue(Context& context, const plan::GpuCatalogue& catalogue, size_t& all) {
  size_t right = 0, shown = 0;
  for (const plan::Gpu& gpu : catalogue.all()) {
    for (const std::string& spelling : spellings(gpu.name)) {
      ++all;
      const plan::GpuName read = plan::decode_gpu_name(spelling);
      if (same(read, gpu.name)) {
        ++right;
      } else if (shown++ < kShownMistakes) {
        context.say("wrong: {} read as {}", spelling, read.canonical);
      }
    }
  }
  return right;
}

size_t right_strings(Context& context) {
  size_t right = 0;
  for (const plan::DriverString& want : plan::kDriverStrings) {
    const plan::GpuName read = plan::decode_gpu_name(want.text);
    const bool unknown = want.canonical.empty() && !read.known();
    const bool known =
        read.known() && read.canonical == want.canonical && plan::series_id(read.series) == want.series &&
        read.architecture == want.architecture && read.compute_capability == want.compute &&
        read.form == want.form && read.memory_bytes == static_cast<uint64_t>(want.memory_gib) * kGib;
    if (unknown || known) {
      ++right;
    } else {
      context.say("wrong: {} read as {}", want.text, read.canonical);
    }
  }
  return right;
}

struct Laptops {
  size_t asked = 0, inherited = 0, inherited_by_substring = 0;
};

/// A laptop's name for every desktop card, with and without the desktop's memory, and what comes back.
Laptops ask_laptops(const plan::GpuCatalogue& catalogue) {
  Laptops out;
  for (const plan::Gpu& desktop : catalogue.all()) {
    if (desktop.name.series != plan::GpuSeries::geforce || desktop.name.form == plan::GpuForm::laptop)
      continue;
    const std::string name = "NVIDIA GeForce " + desktop.name.prefix + " " + desktop.name.number +
                             (desktop.name.suffix.empty() ? "" : " " + desktop.name.suffix) + " Laptop GPU";
    for (const uint64_t memory : {uint64_t{0}, static_cast<uint64_t>(desktop.memory_bytes.value)}) {
      ++out.asked;
      const auto match = catalogue.find(name, memory);
      if (match && match->gpu->name.form != plan::GpuForm::laptop) ++out.inherited;
      // Substring search takes the first card whose name the string contains.
      const std::string bare = "GeForce " + desktop.name.prefix + " " + desktop.name.number;
      if (name.find(bare) != std::string::npos) ++out.inherited_by_substring;
    }
  }
  return out;
}

}  // namespace

Result<std::vector<Claim>> hw_names(Context& context) {
  const plan::GpuCatalogue catalogue = TRY(plan::GpuCatalogue::load());
  size_t spelled = 0;
  const size_t right = right_in_catalogue(context, catalogue, spelled);
  const size_t strings = right_strings(context);
  const Laptops laptops = ask_laptops(catalogue);
  context.say("{} GPUs in {} spellings; {} strings of drivers, lists and people", catalogue.all().size(),
              spelled, std::size(plan::kDriverStrings));
  context.say("{} laptop names: {} got a desktop card's figures; by substring search {} would", laptops.asked,
              laptops.inherited, laptops.inherited_by_substring);
  return std::vector<Claim>{
      share_at_least("catalogue", static_cast<double>(right) / static_cast<double>(spelled), 1),
      share_at_least("driver strings", static_cast<double>(strings) / std::size(plan::kDriverStrings), 1),
      at_most("laptops with desktop figures", static_cast<double>(laptops.inherited), 0, 0)};
}

}  // namespace cvp::bench
