#include "model/generator.h"

#include <fmt/format.h>

#include "model/stamp.h"

namespace cvp::model {

// How much fits and what the server can report do not change what the model says: they are not part of the
// stamp.
std::string GeneratorIdentity::stamp() const {
  return fmt::format("generator name={} sha256={}", stamp_field(name), stamp_field(model_sha256));
}

}  // namespace cvp::model
