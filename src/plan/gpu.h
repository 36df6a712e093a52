// What is known about a GPU: its name taken apart, and the facts of the catalogue, each with its source.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace cvp::plan {

enum class Vendor {
  unknown,
  nvidia,
  amd,
  intel,
  apple,
  qualcomm,
  huawei,
  moore_threads,
  jingjia,
  metax,
  biren,
  cambricon,
  kunlunxin,
};

enum class GpuSeries {
  unknown,
  geforce,
  geforce_mx,
  titan,
  quadro,
  rtx_a,
  rtx_ada,
  rtx_pro,
  data_center,
  grace_superchip,
  dgx_spark,
  jetson,
  radeon_hd,
  radeon_r,
  radeon_rx,
  radeon_vega,
  radeon_pro,
  instinct,
  radeon_integrated,
  arc,
  arc_pro,
  arc_integrated,
  intel_max,
  gaudi,
  apple_m,
  adreno,
  ascend,
  atlas,
  mtt,
  jm,
  mxc,
  biren_br,
  mlu,
  kunlun_r,
};

/// Where the chip sits. A laptop's chip shares only the name with the desktop card; integrated ones share the
/// host's memory.
enum class GpuForm { card, laptop, module, integrated };

/// A name taken apart (src/plan/gpu_name.h makes it). Parts that the name does not have are empty or 0.
struct GpuName {
  Vendor vendor = Vendor::unknown;
  GpuSeries series = GpuSeries::unknown;
  std::string canonical;           // "GeForce RTX 4060 Ti 16GB": one spelling a product
  std::string prefix;              // "RTX"
  std::string number;              // "4060"
  std::string suffix;              // "Ti SUPER", "XTX", "D"
  std::string edition;             // "SXM4", "PCIe", "Max-Q Workstation Edition", "Server Edition"
  std::string generation;          // "RTX 40", "RX 7000", "M3"
  std::string architecture;        // "Ada Lovelace"
  std::string compute_capability;  // NVIDIA: "8.9"; AMD: "gfx1100"; else empty
  int tier = 0;                    // 60 of 4060; 0 where numbers have no tiers
  GpuForm form = GpuForm::card;
  uint64_t memory_bytes = 0;  // as the name says it; 0: it does not
  std::string slice;          // "1g.10gb" of MIG or "8Q" of vGPU: a part of the card
  bool known() const { return series != GpuSeries::unknown; }
};

/// A number that somebody published. Unknown: value 0 and no source.
struct Fact {
  double value = 0;
  std::string source;    // key of GpuCatalogue::sources()
  bool checked = false;  // false: shown as unverified
  explicit operator bool() const { return value > 0; }
};

/// Rates are dense (no sparsity) and per second: FLOP/s, OP/s, bytes/s. One Gpu is what software sees as one
/// card; `devices` says how many devices that is.
struct Gpu {
  GpuName name;
  Fact year;
  Fact memory_bytes;  // GiB = 2^30 as vendors mean it
  Fact bandwidth;     // bytes/s
  Fact fp32;          // vector units
  Fact fp16;          // matrix units, FP32 accumulate; the vector rate where there are none
  Fact fp16_fast;     // matrix units, FP16 accumulate, where it differs
  Fact bf16, int8;
  Fact cuda_cores, tensor_cores;  // NVIDIA
  Fact watts;                     // board or module
  Fact price_usd;                 // a new card at its launch or list price
  int devices = 1;
  int games_rank =
      0;  // Radeon RX only: 1 is best in the order people use; equal ranks are equal; 0: not in it
  Text note;
  bool shares_host_memory() const { return name.form == GpuForm::integrated; }
};

/// What a source's key stands for.
struct FactSource {
  std::string key, title, url;
};

/// What a name means. `also` are other editions that it fits too (another memory size or module): say them.
struct GpuMatch {
  const Gpu* gpu = nullptr;
  std::vector<const Gpu*> also;
};

/// The cards of data/hardware, embedded.
class GpuCatalogue {
 public:
  static Result<GpuCatalogue> load();
  const std::vector<Gpu>& all() const { return gpus_; }
  const FactSource* source(std::string_view key) const;
  /// A typed name or a driver's string. memory_bytes (0: not known) picks among editions of one name. A
  /// laptop's name finds laptop parts only. Errc::usage when it names different cards ("RTX 6000"),
  /// Errc::not_found names the nearest.
  Result<GpuMatch> find(std::string_view name, uint64_t memory_bytes = 0) const;

 private:
  std::vector<Gpu> gpus_;
  std::vector<FactSource> sources_;
};

}  // namespace cvp::plan
