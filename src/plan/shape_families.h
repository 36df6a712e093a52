// What a `model_type` of config.json means beyond its numbers: where biases and norms stand, whether the
// output head is the embedding table, which layers have experts or a window. Read off the models' published
// code; the shapes
// of the catalogue are checked against published parameter counts (known_models_test.cc).
#pragma once
#include <span>
#include <string_view>

#include "plan/config_keys.h"
#include "plan/shape.h"

namespace cvp::plan {

struct Family {
  std::string_view model_type;    // "qwen2_moe"
  std::string_view architecture;  // llama.cpp's name: "qwen2moe"
  /// The shape has already what all families share: layers, widths, heads, vocabulary, context.
  void (*apply)(const ConfigKeys& keys, Shape& shape);
};

std::span<const Family> families();
const Family* find_family(std::string_view model_type);

}  // namespace cvp::plan
