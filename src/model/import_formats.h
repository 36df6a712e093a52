// The readers behind import_to_gguf. What they return points into the bytes that they were given.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/bert_gguf.h"

namespace cvp::model {

Result<BertSource> read_e5_packed(std::string_view bytes, const std::string& name);
/// tokenizer_json: the Hugging Face tokenizer of the model (WordPiece).
Result<BertSource> read_onnx_bert(std::string_view bytes, std::string_view tokenizer_json,
                                  const std::string& name);
/// vocabulary_txt: one WordPiece token a line; config_json: the model's sizes in Hugging Face's names.
Result<BertSource> read_safetensors_bert(std::string_view bytes, std::string_view vocabulary_txt,
                                         std::string_view config_json, const std::string& name);

}  // namespace cvp::model
