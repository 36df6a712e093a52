// What every importer of BERT-like encoders shares: the tensors of the architecture, how they are named here
// and there, and how they go into a GGUF file.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "model/catalogue.h"
#include "model/tensor_type.h"
#include "sys/files.h"

namespace cvp::model {

struct BertShape {
  uint32_t layers = 0, width = 0, feed_forward = 0, heads = 0;
  uint32_t vocabulary = 0, positions = 0, token_types = 0;
  float epsilon = 1e-12f;
};

/// Errc::corrupt where a number is 0, beyond any sensible size, or the heads do not divide the width.
Result<void> check_shape(const BertShape& shape, const std::string& name);

/// One tensor of the architecture.
struct BertTensor {
  std::string gguf_name;       // "blk.0.attn_q.weight"
  std::string hf_name;         // "encoder.layer.0.attention.self.query.weight"
  std::string packed_name;     // "l0.q.w": E5S1's
  std::vector<uint64_t> dims;  // fastest first: {in, out} of a linear layer
  enum class Kind { vocabulary, table, linear, vector } kind = Kind::vector;
};
std::vector<BertTensor> bert_tensors(const BertShape& shape);

/// Values of one tensor in a source file. Owns nothing.
struct TensorData {
  TensorType type = TensorType::f32;  // f32, f16, bf16 or q4_0
  std::string_view bytes;
  bool transposed = false;  // stored [in, out], the output fastest
};

/// The part of a GGUF vocabulary that differs between formats. types: 1 normal, 2 unknown, 3 control, 5
/// unused.
struct BertVocabulary {
  enum class Kind { unigram, word_piece } kind = Kind::word_piece;
  std::vector<std::string> tokens;  // as GGUF has them
  std::vector<float> scores;        // Unigram only
  std::vector<int32_t> types;
  uint32_t begin = 0, end = 0, unknown = 0, padding = 0;
  std::optional<uint32_t> mask;
  bool lower_case = true;  // WordPiece only
};

struct BertSource {
  std::string name;  // what errors call it
  BertShape shape;
  BertVocabulary vocabulary;
  /// The values of a tensor; Errc::corrupt where the file lacks it.
  std::function<Result<TensorData>(const BertTensor&)> find;
};

/// "mean", "cls" or "last" of the entry; Errc::usage for another.
Result<void> write_bert_gguf(const BertSource& source, const CatalogueEntry& entry, const sys::Path& out,
                             const OnProgress& on_progress, const CancelToken& cancel);

}  // namespace cvp::model
