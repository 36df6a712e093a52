#include "model/import.h"

#include <gmock/gmock.h>

#include "model/gguf.h"
#include "model/half_float.h"
#include "model/import_fixture.h"
#include "model/import_formats.h"
#include "model/spec.h"
#include "model/test_files.h"
#include "model/tokenizer.h"

namespace cvp::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ImportTest : public ::testing::Test {
 protected:
  ImportTest()
      : folder_(std::move(*sys::TempFolder::create())),
        shape_(tiny_shape()),
        weights_(random_weights(shape_, 3)) {
    entry_.display_name = "tiny";
    entry_.licence = "MIT";
    entry_.pooling = "cls";
  }

  sys::Path write(const std::string& name, const std::string& bytes) {
    const sys::Path path = folder_.path() / name;
    EXPECT_TRUE(sys::write_file_atomic(path, bytes));
    return path;
  }
  sys::Path out() const { return folder_.path() / "out.gguf"; }

  Result<void> import(FileFormat format, const std::string& bytes) {
    const std::vector<sys::Path> extras = {write("vocab.txt", tiny_vocabulary()),
                                           write("config.json", tiny_config(shape_)),
                                           write("tiny-tokenizer.json", tiny_tokenizer_json())};
    return import_to_gguf(format, write("source", bytes), extras, entry_, out(), {}, {});
  }

  /// All weights stand in the file: large ones as 16-bit floats, the others exact.
  void expect_weights(const GgufFile& file) {
    for (const auto& tensor : bert_tensors(shape_)) {
      const GgufTensor* stored = file.header().tensor(tensor.gguf_name);
      ASSERT_TRUE(stored) << tensor.gguf_name;
      EXPECT_EQ(stored->dims, tensor.dims);
      const auto& expected = weights_.at(tensor.gguf_name);
      const bool half =
          tensor.kind == BertTensor::Kind::linear || tensor.kind == BertTensor::Kind::vocabulary;
      ASSERT_EQ(stored->type, half ? TensorType::f16 : TensorType::f32) << tensor.gguf_name;
      const std::string_view data = file.data(*stored);
      for (size_t i = 0; i < expected.size(); ++i) {
        if (half) {
          uint16_t value;
          std::memcpy(&value, data.data() + i * 2, 2);
          ASSERT_EQ(value, to_half(expected[i])) << tensor.gguf_name << " " << i;
        } else {
          float value;
          std::memcpy(&value, data.data() + i * 4, 4);
          ASSERT_EQ(value, expected[i]) << tensor.gguf_name << " " << i;
        }
      }
    }
  }

  sys::TempFolder folder_;
  BertShape shape_;
  Weights weights_;
  CatalogueEntry entry_;
};

TEST_F(ImportTest, Safetensors) {
  for (const char* prefix : {"", "bert."}) {
    const auto imported = import(FileFormat::safetensors_bert, tiny_safetensors(shape_, weights_, prefix));
    ASSERT_TRUE(imported) << imported.error().message.en;
    const auto file = GgufFile::open(out());
    ASSERT_TRUE(file) << file.error().message.en;
    expect_weights(*file);
    EXPECT_FLOAT_EQ(static_cast<float>(*file->header().real("bert.attention.layer_norm_epsilon")), 1e-7f);
    EXPECT_EQ(file->header().number("bert.attention.head_count"), 4u);
    EXPECT_EQ(file->header().number("bert.pooling_type"), 2u);
    EXPECT_THAT(file->header().strings("tokenizer.ggml.tokens"),
                ElementsAre("[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁hello", "ing", "▁中", "▁,"));
    EXPECT_EQ(file->header().number("tokenizer.ggml.bos_token_id"), 2u);
    EXPECT_EQ(file->header().number("tokenizer.ggml.seperator_token_id"), 3u);
    EXPECT_EQ((*open_gguf_tokenizer(out()))->count("Helloing中,"), 4u);
  }
}

TEST_F(ImportTest, OnnxWeightsAreFoundThroughTheirNodesAndTransposed) {
  const auto imported = import(FileFormat::onnx_bert, tiny_onnx(shape_, weights_));
  ASSERT_TRUE(imported) << imported.error().message.en;
  const auto file = GgufFile::open(out());
  ASSERT_TRUE(file) << file.error().message.en;
  expect_weights(*file);
  EXPECT_EQ(file->header().number("bert.attention.head_count"), 4u);
  EXPECT_EQ(file->header().number("bert.feed_forward_length"), 64u);
  EXPECT_FLOAT_EQ(static_cast<float>(*file->header().real("bert.attention.layer_norm_epsilon")), 1e-6f);
  EXPECT_EQ(file->header().flag("tokenizer.ggml.normalizer.lowercase"),
            true);  // a vocabulary without capitals
}

TEST_F(ImportTest, PackedE5KeepsItsBlocks) {
  std::map<std::string, std::string> blocks;
  const std::string packed = tiny_e5(shape_, weights_, blocks);
  const auto imported = import(FileFormat::e5_packed, packed);
  ASSERT_TRUE(imported) << imported.error().message.en;
  const auto file = GgufFile::open(out());
  ASSERT_TRUE(file) << file.error().message.en;
  for (const auto& [name, bytes] : blocks) {
    ASSERT_EQ(file->header().tensor(name)->type, TensorType::q4_0);
    EXPECT_EQ(file->data(*file->header().tensor(name)), bytes) << name;
  }
  EXPECT_EQ(file->data(*file->header().tensor("token_embd_norm.bias")),
            raw(weights_.at("token_embd_norm.bias")));
  EXPECT_THAT(file->header().strings("tokenizer.ggml.tokens"),
              ElementsAre("<s>", "<pad>", "</s>", "<unk>", "▁", "中文", "[PAD6]", "[PAD7]"));
  EXPECT_THAT(file->header().numbers<int32_t>("tokenizer.ggml.token_type"),
              ElementsAre(3, 3, 3, 2, 1, 1, 5, 5));
  EXPECT_EQ(file->header().numbers<float>("tokenizer.ggml.scores").size(), 8u);
  EXPECT_EQ(model_spec(file->header(), "x")->quantization, "Q4_0");
}

TEST_F(ImportTest, TheSameSourceGivesTheSameFile) {
  ASSERT_TRUE(import(FileFormat::onnx_bert, tiny_onnx(shape_, weights_)));
  const std::string first = *sys::read_file(out(), 1 << 20);
  ASSERT_TRUE(import(FileFormat::onnx_bert, tiny_onnx(shape_, weights_)));
  EXPECT_EQ(*sys::read_file(out(), 1 << 20), first);
}

TEST_F(ImportTest, ProgressReachesItsTotalAndACancelLeavesNothing) {
  const auto source = write("source", tiny_safetensors(shape_, weights_));
  const std::vector<sys::Path> extras = {write("vocab.txt", tiny_vocabulary()),
                                         write("config.json", tiny_config(shape_))};
  Progress last;
  ASSERT_TRUE(import_to_gguf(FileFormat::safetensors_bert, source, extras, entry_, out(),
                             [&](const Progress& progress) { last = progress; }, {}));
  EXPECT_GT(last.total, 0u);
  EXPECT_EQ(last.done, last.total);
  ASSERT_TRUE(sys::remove_file(out()));
  const CancelToken cancel;
  const auto stopped = import_to_gguf(
      FileFormat::safetensors_bert, source, extras, entry_, out(), [&](const Progress&) { cancel.cancel(); },
      cancel);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::cancelled);
  EXPECT_EQ(sys::list_files(folder_.path(), 10)->size(), 3u);
}

TEST_F(ImportTest, EverySourceCutAnywhereIsAnErrorAndLeavesNothing) {
  std::map<std::string, std::string> blocks;
  const std::pair<FileFormat, std::string> sources[] = {
      {FileFormat::e5_packed, tiny_e5(shape_, weights_, blocks)},
      {FileFormat::safetensors_bert, tiny_safetensors(shape_, weights_)},
      {FileFormat::onnx_bert, tiny_onnx(shape_, weights_)}};
  for (const auto& [format, bytes] : sources) {
    for (size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 300) {
      const std::string part = bytes.substr(0, length);
      const auto source = format == FileFormat::e5_packed ? read_e5_packed(part, "s")
                          : format == FileFormat::onnx_bert
                              ? read_onnx_bert(part, tiny_tokenizer_json(), "s")
                              : read_safetensors_bert(part, tiny_vocabulary(), tiny_config(shape_), "s");
      const auto written = source ? write_bert_gguf(*source, entry_, out(), {}, {})
                                  : Result<void>(std::unexpected(source.error()));
      ASSERT_FALSE(written) << static_cast<int>(format) << " cut at " << length;
      EXPECT_EQ(written.error().code, Errc::corrupt) << written.error().message.en;
    }
  }
  EXPECT_TRUE(sys::list_files(folder_.path(), 10)->empty());
}

TEST_F(ImportTest, RandomDamageNeverOverruns) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::map<std::string, std::string> blocks;
  const std::string e5 = tiny_e5(shape_, weights_, blocks), safe = tiny_safetensors(shape_, weights_),
                    onnx = tiny_onnx(shape_, weights_);
  for (int i = 0; i < 1500; ++i) {
    std::string bytes = i % 3 == 0 ? e5 : i % 3 == 1 ? safe : onnx;
    for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips) {
      // Headers are where damage hurts.
      const size_t at = random() % (random() % 2 ? bytes.size() : std::min<size_t>(bytes.size(), 600));
      bytes[at] = static_cast<char>(random());
    }
    const auto source = i % 3 == 0 ? read_e5_packed(bytes, "s")
                        : i % 3 == 1
                            ? read_safetensors_bert(bytes, tiny_vocabulary(), tiny_config(shape_), "s")
                            : read_onnx_bert(bytes, tiny_tokenizer_json(), "s");
    if (!source) continue;
    for (const auto& tensor : bert_tensors(source->shape)) {
      if (const auto data = source->find(tensor); data && !data->bytes.empty()) {
        EXPECT_GE(data->bytes.data(), bytes.data());
        EXPECT_LE(data->bytes.data() + data->bytes.size(), bytes.data() + bytes.size());
      }
    }
  }
}

TEST_F(ImportTest, WrongSourcesAreNamed) {
  EXPECT_THAT(import(FileFormat::e5_packed, "E5S2aaaaaaaaaaaaaaaaaaaa").error().message.en,
              HasSubstr("not a packed e5"));
  EXPECT_THAT(import(FileFormat::onnx_bert, "").error().message.en, HasSubstr("no graph"));
  EXPECT_THAT(import(FileFormat::safetensors_bert, "xx").error().message.en,
              HasSubstr("ends within its header"));
  EXPECT_EQ(import(FileFormat::gguf, "GGUF").error().code, Errc::usage);
  entry_.pooling = "median";
  EXPECT_EQ(import(FileFormat::safetensors_bert, tiny_safetensors(shape_, weights_)).error().code,
            Errc::usage);
  const auto alone = import_to_gguf(FileFormat::onnx_bert, write("m.onnx", tiny_onnx(shape_, weights_)), {},
                                    entry_, out(), {}, {});
  EXPECT_EQ(alone.error().code, Errc::not_found);
  EXPECT_THAT(alone.error().message.en, HasSubstr("tokenizer.json"));
}

TEST_F(ImportTest, AVocabularyOfAnotherSizeIsRefused) {
  const auto short_one =
      read_safetensors_bert(tiny_safetensors(shape_, weights_), "[PAD]\n[UNK]\n", tiny_config(shape_), "s");
  ASSERT_FALSE(short_one);
  EXPECT_THAT(short_one.error().message.en, HasSubstr("8 embeddings, its vocabulary 2"));
  std::string twice = tiny_vocabulary();
  twice.replace(twice.find("##ing"), 5, "hello");
  EXPECT_FALSE(read_safetensors_bert(tiny_safetensors(shape_, weights_), twice, tiny_config(shape_), "s"));
}

TEST(HalfFloatTest, EveryHalfSurvivesAndRoundingIsToEven) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    if ((half & 0x7c00) == 0x7c00 && (half & 0x3ff)) continue;  // not a number
    ASSERT_EQ(to_half(from_half(half)), half);
  }
  EXPECT_EQ(to_half(1.0f + 0x1p-11f), 0x3c00);      // halfway: to even
  EXPECT_EQ(to_half(1.0f + 3 * 0x1p-11f), 0x3c02);  // halfway: to even
  EXPECT_EQ(to_half(1.0f + 0x1p-11f + 0x1p-20f), 0x3c01);
  EXPECT_EQ(to_half(65519.0f), 0x7bff);
  EXPECT_EQ(to_half(65520.0f), 0x7c00);
  EXPECT_EQ(to_half(0x1p-25f), 0);
  EXPECT_EQ(to_half(0x1.8p-25f), 1);
  EXPECT_EQ(from_bfloat(0x3f80), 1.0f);
}

}  // namespace
}  // namespace cvp::model
