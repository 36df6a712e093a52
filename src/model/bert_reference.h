// A plain forward pass of BERT over a GGUF file, in double precision: slow, and independent of the engine.
// Tests only. Devlin et al., 2018: post-norm Transformer encoder with learned positions; exact GELU.
#pragma once
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "model/gguf.h"
#include "model/half_float.h"

namespace cvp::model {

class BertReference {
 public:
  explicit BertReference(const GgufFile& file) : file_(file) {
    const auto& header = file.header();
    width_ = *header.number("bert.embedding_length");
    layers_ = *header.number("bert.block_count");
    heads_ = *header.number("bert.attention.head_count");
    epsilon_ = *header.real("bert.attention.layer_norm_epsilon");
    mean_ = header.number("bert.pooling_type") == 1;
  }

  /// The L2-normalised vector of a text's token ids, special tokens included.
  std::vector<double> embed(const std::vector<uint32_t>& ids) const {
    Matrix x(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      x[i] = row("token_embd.weight", ids[i]);
      add(x[i], row("position_embd.weight", i));
      add(x[i], row("token_types.weight", 0));
    }
    norm(x, "token_embd_norm");
    for (uint64_t layer = 0; layer < layers_; ++layer) run_layer(x, "blk." + std::to_string(layer) + ".");
    std::vector<double> vector(width_, 0.0);
    for (const auto& token : x) {
      add(vector, token);
      if (!mean_) break;
    }
    double squares = 0;
    for (double v : vector) squares += v * v;
    for (double& v : vector) v /= std::sqrt(squares);
    return vector;
  }

 private:
  using Matrix = std::vector<std::vector<double>>;

  static void add(std::vector<double>& to, const std::vector<double>& what) {
    for (size_t i = 0; i < to.size(); ++i) to[i] += what[i];
  }

  std::vector<double> row(const std::string& name, uint64_t index) const {
    const GgufTensor& tensor = *file_.header().tensor(name);
    const uint64_t n = tensor.dims[0];
    const char* data = file_.data(tensor).data();
    std::vector<double> values(n);
    if (tensor.type == TensorType::q4_0) {
      for (uint64_t block = 0; block < n / 32; ++block) {
        const char* bytes = data + (index * n / 32 + block) * 18;
        uint16_t scale;
        std::memcpy(&scale, bytes, 2);
        for (size_t i = 0; i < 16; ++i) {
          const auto byte = static_cast<unsigned char>(bytes[2 + i]);
          values[block * 32 + i] = ((byte & 15) - 8) * static_cast<double>(from_half(scale));
          values[block * 32 + 16 + i] = ((byte >> 4) - 8) * static_cast<double>(from_half(scale));
        }
      }
      return values;
    }
    for (uint64_t i = 0; i < n; ++i) {
      if (tensor.type == TensorType::f16) {
        uint16_t half;
        std::memcpy(&half, data + (index * n + i) * 2, 2);
        values[i] = from_half(half);
      } else {
        float value;
        std::memcpy(&value, data + (index * n + i) * 4, 4);
        values[i] = value;
      }
    }
    return values;
  }

  Matrix linear(const Matrix& x, const std::string& name) const {
    const uint64_t out = file_.header().tensor(name + ".weight")->dims[1];
    const auto bias = row(name + ".bias", 0);
    Matrix y(x.size(), std::vector<double>(out));
    for (uint64_t o = 0; o < out; ++o) {
      const auto weights = row(name + ".weight", o);
      for (size_t t = 0; t < x.size(); ++t) {
        double sum = bias[o];
        for (size_t i = 0; i < weights.size(); ++i) sum += weights[i] * x[t][i];
        y[t][o] = sum;
      }
    }
    return y;
  }

  void norm(Matrix& x, const std::string& name) const {
    const auto weight = row(name + ".weight", 0), bias = row(name + ".bias", 0);
    for (auto& token : x) {
      double mean = 0, variance = 0;
      for (double v : token) mean += v / static_cast<double>(token.size());
      for (double v : token) variance += (v - mean) * (v - mean) / static_cast<double>(token.size());
      for (size_t i = 0; i < token.size(); ++i)
        token[i] = (token[i] - mean) / std::sqrt(variance + epsilon_) * weight[i] + bias[i];
    }
  }

  Matrix attention(const Matrix& x, const std::string& prefix) const {
    const Matrix q = linear(x, prefix + "attn_q"), k = linear(x, prefix + "attn_k"),
                 v = linear(x, prefix + "attn_v");
    const uint64_t head_width = width_ / heads_;
    Matrix out(x.size(), std::vector<double>(width_, 0.0));
    for (uint64_t head = 0; head < heads_; ++head) {
      const uint64_t begin = head * head_width;
      for (size_t t = 0; t < x.size(); ++t) {
        std::vector<double> weights(x.size(), 0.0);
        double sum = 0;
        for (size_t s = 0; s < x.size(); ++s) {
          for (uint64_t i = begin; i < begin + head_width; ++i) weights[s] += q[t][i] * k[s][i];
          sum += weights[s] = std::exp(weights[s] / std::sqrt(static_cast<double>(head_width)));
        }
        for (size_t s = 0; s < x.size(); ++s)
          for (uint64_t i = begin; i < begin + head_width; ++i) out[t][i] += weights[s] / sum * v[s][i];
      }
    }
    return linear(out, prefix + "attn_output");
  }

  void run_layer(Matrix& x, const std::string& prefix) const {
    const Matrix attended = attention(x, prefix);
    for (size_t t = 0; t < x.size(); ++t) add(x[t], attended[t]);
    norm(x, prefix + "attn_output_norm");
    Matrix inner = linear(x, prefix + "ffn_up");
    for (auto& token : inner)
      for (double& v : token) v *= 0.5 * (1 + std::erf(v / std::sqrt(2.0)));
    const Matrix outer = linear(inner, prefix + "ffn_down");
    for (size_t t = 0; t < x.size(); ++t) add(x[t], outer[t]);
    norm(x, prefix + "layer_output_norm");
  }

  const GgufFile& file_;
  uint64_t width_ = 0, layers_ = 0, heads_ = 0;
  double epsilon_ = 0;
  bool mean_ = false;
};

}  // namespace cvp::model
