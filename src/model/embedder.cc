#include "model/embedder.h"

#include <fmt/format.h>

#include "model/stamp.h"

namespace cvp::model {

std::string EmbedderIdentity::stamp() const {
  return fmt::format("embedder name={} sha256={} pooling={} dimension={} max_tokens={} query={} passage={}",
                     stamp_field(name), stamp_field(model_sha256), stamp_field(pooling), dimension,
                     max_tokens, stamp_field(query_prefix), stamp_field(passage_prefix));
}

}  // namespace cvp::model
