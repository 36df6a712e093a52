#include "cli/hw_verbs.h"
#include "cli/hw_view.h"
#include "cli/progress_line.h"
#include "cli/screen_text.h"
#include "plan/gpu_name.h"

namespace cvp::cli {
namespace {

constexpr size_t kLabelColumns = 10;

struct Options {
  bool no_measure = false, markdown = false;
};

class Report {
 public:
  Report(Printer& printer, bool markdown) : printer_(printer), markdown_(markdown) {}

  /// The label stands once, before the first of its lines.
  void row(const Text& label, const Text& what) const {
    const Lang lang = printer_.lang();
    const std::string words = printable(what.in(lang));
    if (markdown_) {
      printer_.line(verbatim((label.empty() ? "  - " : "- **" + label.in(lang) + "** ") + words));
      return;
    }
    const size_t room = std::max<size_t>(printer_.max_columns(), 40) - kLabelColumns - 2;
    printer_.line(verbatim("  " + pad(label.in(lang), kLabelColumns) + wrap(words, room, kLabelColumns + 2)));
  }

 private:
  Printer& printer_;
  bool markdown_;
};

void show_cpu(const Report& report, const sys::Cpu& cpu) {
  const Text model =
      cpu.model.empty() ? text("unknown ({})", "未知（{}）", cpu.architecture) : verbatim(cpu.model);
  report.row(verbatim("CPU"),
             cpu.virtual_machine ? text("{}, in a virtual machine", "{}，在虚拟机中", model) : model);
  Text counts = cpu.sockets == 1 ? text("{} cores, {} threads", "{} 核，{} 线程", cpu.cores, cpu.threads)
                                 : text("{} sockets, {} cores, {} threads", "{} 路，{} 核，{} 线程",
                                        cpu.sockets, cpu.cores, cpu.threads);
  if (cpu.usable_threads < cpu.threads)
    counts =
        text("{}, of which this program may use {}", "{}，其中本程序可用 {} 个", counts, cpu.usable_threads);
  if (cpu.max_ghz > 0) counts = text("{}, up to {:.1f} GHz", "{}，最高 {:.1f} GHz", counts, cpu.max_ghz);
  report.row({}, counts);
  std::string isa;
  for (const std::string& name : cpu.isa) isa += (isa.empty() ? "" : ", ") + name;
  if (!isa.empty()) report.row({}, text("instructions: {}", "指令集：{}", isa));
  if (cpu.l2_bytes > 0) {
    report.row({}, text("caches: {} and {} a core, {} shared", "缓存：每核 {} 和 {}，共享 {}",
                        format_gib(static_cast<double>(cpu.l1_data_bytes)),
                        format_gib(static_cast<double>(cpu.l2_bytes)),
                        format_gib(static_cast<double>(cpu.l3_bytes))));
  }
}

void show_memory(const Report& report, const sys::Hardware& host) {
  report.row(text("memory", "内存"),
             text("{}, {} free", "{}，空闲 {}", format_gib(static_cast<double>(host.memory.total_bytes)),
                  format_gib(static_cast<double>(host.memory.available_bytes))));
  if (host.memory_bandwidth <= 0) return;
  report.row({}, text("reads at {:.1f} GB/s (measured just now)", "读取速度 {:.1f} GB/s（刚刚实测）",
                      host.memory_bandwidth / 1e9));
  if (host.load > host.cpu.usable_threads * 0.5) {
    report.row({}, text("other programs were busy (load {:.1f}): alone it is faster",
                        "当时其他程序正忙（负载 {:.1f}），空闲时会更快", host.load));
  }
}

void show_disks(App& app, const Report& report, const sys::Hardware& host) {
  Text label = text("disks", "硬盘");
  for (const sys::Disk& disk : host.disks) {
    const Text kind = disk.rotational ? text("spinning", "机械") : text("solid-state", "固态");
    const std::string name = disk.model.empty() ? disk.device : disk.device + ", " + disk.model;
    // What a virtual disk says about spinning means nothing.
    report.row(label, host.cpu.virtual_machine
                          ? text("{}: {}", "{}：{}", name, format_bytes(static_cast<double>(disk.bytes)))
                          : text("{}: {}, {}", "{}：{}，{}", name,
                                 format_bytes(static_cast<double>(disk.bytes)), kind));
    label = {};
  }
  sys::Path place = app.home();
  while (!sys::exists(place) && place.has_relative_path()) place = place.parent_path();
  if (const auto free = sys::free_bytes(place))
    report.row(label, text("{} free where models are kept", "存放模型的位置还有 {}",
                           format_bytes(static_cast<double>(*free))));
}

void show_gpu(const Report& report, const Text& label, const plan::MachineGpu& gpu) {
  const std::string id = gpu.device.name.empty() ? "PCI " + gpu.device.pci_id : gpu.device.name;
  const Text name = gpu.name.known()
                        ? verbatim(gpu.name.canonical)
                        : text("{} (a name that cvp does not know)", "{}（cvp 不认识的名称）", id);
  Text memory = text("memory not known", "显存未知");
  if (gpu.device.shares_host_memory) {
    memory = text("uses main memory", "使用内存");
  } else if (gpu.memory_bytes() > 0) {
    memory = verbatim(format_gib(static_cast<double>(gpu.memory_bytes())));
    if (gpu.device.free_bytes > 0)
      memory =
          text("{}, {} free", "{}，空闲 {}", memory, format_gib(static_cast<double>(gpu.device.free_bytes)));
  }
  report.row(label, text("{}: {}", "{}：{}", name, memory));
  if (gpu.name.known() && !gpu.name.architecture.empty()) {
    Text what = text("{}, {}", "{}，{}", plan::series_text(gpu.name.series), gpu.name.architecture);
    if (!gpu.name.compute_capability.empty())
      what = text("{}, {}", "{}，{}", what, gpu.name.compute_capability);
    report.row({}, text("{}; {}", "{}；{}", what, plan::form_text(gpu.name.form)));
  }
  if (gpu.facts) {
    report.row({}, text("{} GB/s, {} TFLOPS in FP16", "{} GB/s，FP16 {} TFLOPS",
                        fact_text(gpu.facts->bandwidth, 1e9, 0),
                        fact_text(gpu.facts->fp16 ? gpu.facts->fp16 : gpu.facts->fp32, 1e12, 1)));
  } else if (gpu.name.known()) {
    report.row({}, text("no figures: the catalogue has no such card with this memory",
                        "没有参数：目录里没有这种显存规格的该型号"));
  }
  Text driver = gpu.device.driver.empty() ? text("no driver", "没有驱动")
                                          : text("driver {}", "驱动 {}", gpu.device.driver);
  if (gpu.device.pcie_lanes > 0)
    driver = text("{}; PCIe {} × {}", "{}；PCIe {} × {}", driver, gpu.device.pcie_generation,
                  gpu.device.pcie_lanes);
  report.row({}, driver);
}

void show_machine(App& app, const plan::Machine& machine, bool markdown) {
  Printer& printer = app.printer();
  const Report report(printer, markdown);
  print_heading(printer, text("This machine", "本机"), markdown);
  show_cpu(report, machine.host.cpu);
  show_memory(report, machine.host);
  show_disks(app, report, machine.host);
  Text label = verbatim("GPU");
  for (const plan::MachineGpu& gpu : machine.gpus) {
    show_gpu(report, label, gpu);
    label = {};
  }
  if (machine.gpus.empty()) report.row(label, text("none: models run on the CPU", "没有：模型在 CPU 上运行"));
  for (const Text& note : machine.host.notes) report.row({}, note);
  const auto short_of = plan::shortfalls(machine);
  if (!short_of.empty()) print_heading(printer, text("Where it falls short", "不足之处"), markdown);
  for (const plan::Shortfall& shortfall : short_of)
    print_point(printer, text("{}; {}", "{}；{}", shortfall.what, shortfall.remedy), markdown);
  printer.line();
  print_paragraph(
      printer,
      text("`cvp plan recommend` says which models suit it, `cvp hw explain` what the words mean.",
           "用 `cvp plan recommend` 查看适合本机的模型，用 `cvp hw explain` 了解这些名词。"),
      markdown);
}

Result<int> show(App& app, const sys::HardwareProbe& probe, const Options& options) {
  sys::Hardware host = probe.read();
  if (!options.no_measure) {
    app.printer().status(text("measuring how fast memory reads", "正在测量内存读取速度"));
    auto speed = probe.measure_memory_bandwidth(app.cancel());
    app.printer().clear_status();
    if (!speed && speed.error().code == Errc::cancelled) return std::unexpected(std::move(speed.error()));
    if (speed) host.memory_bandwidth = *speed;
    if (!speed) host.notes.push_back(speed.error().message);
  }
  const plan::Machine machine = plan::describe_machine(std::move(host), TRY(plan::GpuCatalogue::load()));
  if (app.printer().json_wanted()) {
    app.printer().json(machine_json(machine, app.lang()));
  } else {
    show_machine(app, machine, options.markdown);
  }
  return 0;
}

}  // namespace

Verb hw_show_verb(const sys::HardwareProbe& probe) {
  return {
      .name = "hw show",
      .summary = text("what this machine is: CPU, memory, disks, GPUs", "查看本机的 CPU、内存、硬盘和 GPU"),
      .declare = [&probe](Command& command) -> RunVerb {
        auto options = std::make_shared<Options>();
        command.about(text(
            "Shows CPU, memory and how fast it reads, disks and GPUs of this machine, with the GPUs' names "
            "decoded, and where the machine falls short for running models.",
            "显示本机的 CPU、内存及其读取速度、硬盘和 GPU，解读 GPU 名称，并指出运行模型时的不足之处。"));
        command.flag("--no-measure", options->no_measure,
                     text("leave out the measurement of memory (half a second)", "不测内存速度（约需半秒）"));
        command.flag("--md", options->markdown, text("as Markdown", "输出 Markdown"));
        command.example("cvp hw", text("this machine", "查看本机"));
        command.example("cvp hw show --json", text("for other programs", "供其他程序使用"));
        return [options, &probe](App& app) { return show(app, probe, *options); };
      },
      .is_default = true};
}

std::vector<Verb> hw_verbs() {
  return {hw_show_verb(sys::real_hardware()), hw_explain_verb(), hw_compare_verb(), hw_list_verb()};
}

}  // namespace cvp::cli
