#include "cli/plan_machine.h"

#include "cli/hw_view.h"
#include "cli/quantity.h"
#include "sys/hardware.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kMeasurementBytes = 1 << 20;

Result<plan::Machine> named_machine(const MachineOptions& options, const sys::Hardware& host,
                                    const plan::GpuCatalogue& catalogue, std::vector<Text>& notes) {
  const plan::GpuMatch match = TRY(catalogue.find(options.name));
  if (Text also = also_fits(options.name, match); !also.empty()) notes.push_back(std::move(also));
  plan::Machine machine = plan::imagine_machine(*match.gpu, static_cast<int>(options.count), host);
  if (machine.gpus.size() < static_cast<size_t>(options.count)) {
    return fail(
        Errc::usage,
        text("{} GPUs in one machine cannot be planned", "无法规划一台装有 {} 块 GPU 的机器",
             with_commas(static_cast<uint64_t>(options.count))),
        text("--count goes up to {} here", "此处 --count 最大为 {}", with_commas(machine.gpus.size())));
  }
  return machine;
}

/// What --memory says; without it, of chips that share the host's memory, their own.
Result<void> set_host_memory(plan::Machine& machine, const std::string& typed) {
  uint64_t bytes = 0;
  if (!typed.empty()) {
    const auto parsed = parse_memory(typed);
    if (!parsed || *parsed > 1e15) {
      return fail(Errc::usage, text("--memory needs a size such as 64GB, not “{}”",
                                    "--memory 需要 64GB 这样的大小，而不是“{}”", typed));
    }
    bytes = static_cast<uint64_t>(*parsed);
  }
  for (plan::MachineGpu& gpu : machine.gpus) {
    if (machine.named.empty() || !gpu.facts || !gpu.facts->shares_host_memory()) continue;
    if (bytes == 0) bytes = gpu.memory_bytes();
    gpu.device.memory_bytes = bytes;
    machine.host.memory_bandwidth = gpu.bandwidth();
  }
  if (bytes > 0) machine.host.memory.total_bytes = machine.host.memory.available_bytes = bytes;
  return {};
}

}  // namespace

void declare_machine(Command& command, MachineOptions& options) {
  command.option("--gpu,--hardware", options.name, text("NAME", "名称"),
                 text("a GPU as in \"RTX 3060 12GB\" instead of this machine",
                      "改用指定的 GPU，如 \"RTX 3060 12GB\"，而不是本机"));
  command.number("--count", options.count, 1, 100'000, text("so many of these GPUs", "这种 GPU 的数量"));
  command.option("--memory", options.memory, text("SIZE", "大小"),
                 text("main memory of the computer (default: as here)", "主机内存（默认与本机相同）"));
  command.flag("--cpu", options.cpu, text("without a GPU", "不用 GPU"));
}

sys::Path measurements_path(const App& app) { return app.home() / "speed.json"; }

plan::Measurements read_measurements(App& app) {
  const sys::Path path = measurements_path(app);
  if (!sys::exists(path)) return {};
  const auto bytes = sys::read_file(path, kMeasurementBytes);
  auto parsed = bytes ? plan::parse_measurements(*bytes, path.string()) : std::unexpected(bytes.error());
  if (parsed) return std::move(*parsed);
  app.printer().note(
      text("earlier measurements are left out: {}", "未使用之前的测量结果：{}", parsed.error().message));
  return {};
}

Result<PlannedMachine> open_machine(App& app, const MachineOptions& options) {
  if (options.cpu && !options.name.empty()) {
    return fail(Errc::usage, text("--cpu and --gpu contradict each other", "--cpu 与 --gpu 相互矛盾"),
                text("leave one of them out", "请去掉其中一个"));
  }
  if (options.count > 1 && options.name.empty()) {
    return fail(Errc::usage,
                text("--count does not say which GPU is meant", "只写 --count，不知道是哪种 GPU"),
                text("add --gpu NAME", "请加上 --gpu 名称"));
  }
  PlannedMachine out;
  std::vector<Text> notes;
  plan::Machine machine{.host = sys::real_hardware().read()};
  if (!options.name.empty()) {
    machine = TRY(named_machine(options, machine.host, TRY(plan::GpuCatalogue::load()), notes));
  } else if (!machine.host.gpus.empty() && !options.cpu) {
    machine = plan::describe_machine(machine.host, TRY(plan::GpuCatalogue::load()));
  }
  TRY(set_host_memory(machine, options.memory));
  const plan::Measurements measured = read_measurements(app);
  out.rig = plan::rig_of(machine, measured.memory_bandwidth);
  if (options.cpu) out.rig = plan::without_gpus(std::move(out.rig));
  out.rig.notes.insert(out.rig.notes.begin(), notes.begin(), notes.end());
  for (const plan::MachineGpu& gpu : machine.gpus) {
    if (gpu.facts) out.cards.push_back(*gpu.facts);
  }
  if (measured.machine == out.rig.name) out.measured = measured;
  return out;
}

}  // namespace cvp::cli
