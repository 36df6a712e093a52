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

/// The GGUF of an installed model: in the home that `./dev test` fetches models into ($CVP_TEST_HOME, else
/// ~/.cache/cvp-test), else in the user's own. Nothing where it is in neither.
inline std::optional<sys::Path> test_model(std::string_view id) {
  const auto named = sys::env("CVP_TEST_HOME");
  const sys::Path cached = sys::Path(sys::env("HOME").value_or("/")) / ".cache/cvp-test";
  for (const sys::Path& home : {named ? sys::Path(*named) : cached, sys::default_home()})
    if (auto model = find_installed(home, id)) return model->gguf;
  return std::nullopt;
}

/// A model file as it was fetched, before import: $CVP_MODEL_FILES/NAME. Nothing where it is not there.
inline std::optional<sys::Path> test_source_file(std::string_view name) {
  const auto folder = sys::env("CVP_MODEL_FILES");
  if (!folder || !sys::exists(sys::Path(*folder) / name)) return std::nullopt;
  return sys::Path(*folder) / name;
}

}  // namespace cvp::model
