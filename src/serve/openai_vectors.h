#pragma once
#include <span>
#include <string>

#include "serve/backend.h"

namespace cvp::serve {

/// POST /v1/embeddings.
Result<net::Reply> make_embeddings(Backend& backend, const Call& call);
/// POST /v1/rerank, as Jina and Cohere have it.
Result<net::Reply> rerank(Backend& backend, const Call& call);

/// Little-endian 32-bit floats in base64, as OpenAI's clients ask for vectors.
std::string base64_of(std::span<const float> vector);

}  // namespace cvp::serve
