// Imported models against independent computations on the original files: e5 in double precision from the
// packed blocks (and the package's own engine, which rounds activations to 8 bits: ±0.002), bge-small-zh by
// ONNX Runtime, MiniLM in double precision from the safetensors.
#include <gtest/gtest.h>

#include "model/bert_reference.h"
#include "model/import.h"
#include "model/test_files.h"

namespace cvp::model {
namespace {

struct Vector {
  const char* model;
  std::vector<uint32_t> ids;
  std::vector<double> first;  // components of the normalised vector
  double tolerance;
};

const Vector kVectors[] = {
    // "query: how much GPU memory does a 7B model need?"
    {"multilingual-e5-small",
     {0, 41, 1294, 12, 3642, 5045, 162808, 98323, 14602, 10, 361, 571, 3299, 3871, 32, 2},
     {0.00029, -0.04933, -0.04462, -0.05376, 0.06627, -0.0584, 0.00089, 0.05626},
     2e-5},
    // "query: 私有化部署大模型需要多少显存？"
    {"multilingual-e5-small",
     {0, 41, 1294, 12, 6, 9158, 465, 1988, 49053, 573, 71277, 2745, 22517, 70650, 11189, 32, 2},
     {0.03777, -0.0334, -0.04578, -0.02489, 0.08645, -0.03262, 0.03275, 0.04271},
     2e-5},
    // the same by the package's own engine
    {"multilingual-e5-small",
     {0, 41, 1294, 12, 6, 9158, 465, 1988, 49053, 573, 71277, 2745, 22517, 70650, 11189, 32, 2},
     {0.03579, -0.03340, -0.04586, -0.02536, 0.08671, -0.03358, 0.03129, 0.04240},
     2.5e-3},
    // "7b 模型用 4 位量化后，权重约占 4.4 gb 显存。"
    {"bge-small-zh-v1.5",
     {101,  128,  8204, 3563, 1798, 4500, 125, 855,  7030, 1265, 1400, 8024,
      3326, 7028, 5276, 1304, 125,  119,  125, 9468, 3227, 2100, 511,  102},
     {-0.02351, -0.00695, -0.00231, 0.03773, -0.09776, -0.02521, -0.07441, 0.00122},
     5e-4},
    // "How much GPU memory does a 7B model need?"
    {"all-minilm-l6-v2",
     {101, 2129, 2172, 14246, 2226, 3638, 2515, 1037, 1021, 2497, 2944, 2342, 1029, 102},
     {0.01183, -0.04208, -0.06423, 0.02827, -0.03604, -0.02974, -0.0684, 0.00882},
     5e-4},
};

void expect_vectors(const char* model, const sys::Path& gguf) {
  const auto file = GgufFile::open(gguf);
  ASSERT_TRUE(file) << file.error().message.en;
  const BertReference reference(*file);
  for (const auto& expected : kVectors) {
    if (std::string_view(expected.model) != model) continue;
    const auto vector = reference.embed(expected.ids);
    for (size_t i = 0; i < expected.first.size(); ++i)
      EXPECT_NEAR(vector[i], expected.first[i], expected.tolerance) << model << " component " << i;
  }
}

class ImportedVectors : public ::testing::TestWithParam<const char*> {};

TEST_P(ImportedVectors, OfTheInstalledModel) {
  const auto gguf = test_model(GetParam());
  if (!gguf) GTEST_SKIP() << GetParam() << " is not installed";
  expect_vectors(GetParam(), *gguf);
}

/// With $CVP_MODEL_FILES a folder of the files as they are fetched, under their own names.
TEST_P(ImportedVectors, OfTheFetchedFiles) {
  const auto catalogue = Catalogue::load();
  const auto entry = catalogue->find(GetParam());
  const Source& source = (*entry)->sources[0];
  const auto file = test_source_file(sys::Path(source.member).filename().string());
  if (!file) GTEST_SKIP() << "no file of " << GetParam();
  std::vector<sys::Path> extras;
  for (const auto& extra : source.extra_members)
    extras.push_back(file->parent_path() / sys::Path(extra).filename());
  const auto folder = sys::TempFolder::create();
  const sys::Path out = folder->path() / "model.gguf";
  const auto imported = import_to_gguf((*entry)->format, *file, extras, **entry, out, {}, {});
  ASSERT_TRUE(imported) << imported.error().message.en;
  expect_vectors(GetParam(), out);
}

INSTANTIATE_TEST_SUITE_P(Embedders, ImportedVectors,
                         ::testing::Values("multilingual-e5-small", "bge-small-zh-v1.5", "all-minilm-l6-v2"),
                         [](const auto& tested) {
                           std::string name;
                           for (const char* c = tested.param; *c; ++c)
                             if (std::isalnum(static_cast<unsigned char>(*c))) name += *c;
                           return name;
                         });

}  // namespace
}  // namespace cvp::model
