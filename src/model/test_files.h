// Where tests find real models and the shared test data. Tests only.
#pragma once
#include <cstdlib>
#include <optional>
#include <string_view>

#include "model/installed.h"
#include "sys/files.h"
#include "sys/host.h"

namespace cvp::model {

/// The folder of shared test data: $CVP_DATA, else ../shared/data beside the source tree.
inline sys::Path test_data() {
  if (const auto data = sys::env("CVP_DATA")) return *data;
  return sys::Path(sys::env("CVP_SOURCE").value_or(".")) / "../shared/data";
}

/// The GGUF of an installed model (in $CVP_HOME or its default); nothing where it is not installed.
inline std::optional<sys::Path> test_model(std::string_view id) {
  auto model = find_installed(sys::default_home(), id);
  if (!model) return std::nullopt;
  return model->gguf;
}

/// A model file as it was fetched, before import: $CVP_MODEL_FILES/NAME. Nothing where it is not there.
inline std::optional<sys::Path> test_source_file(std::string_view name) {
  const auto folder = sys::env("CVP_MODEL_FILES");
  if (!folder || !sys::exists(sys::Path(*folder) / name)) return std::nullopt;
  return sys::Path(*folder) / name;
}

}  // namespace cvp::model
