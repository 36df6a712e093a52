#include "base/unicode.h"
#include "model/tokenizer.h"

namespace cvp::model {
namespace {

constexpr size_t kLettersPerToken = 4;

/// Digits count singly: many vocabularies split numbers so.
class EstimatingTokenizer : public Tokenizer {
 public:
  const std::string& id() const override { return id_; }

  size_t count(std::string_view utf8) const override {
    size_t tokens = 0, letters = 0;
    const auto end_word = [&] {
      tokens += (letters + kLettersPerToken - 1) / kLettersPerToken;
      letters = 0;
    };
    for (size_t pos = 0; pos < utf8.size();) {
      const size_t begin = pos;
      const char32_t c = decode_utf8(utf8, pos);
      if (c < 0x80 && ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
        ++letters;
        continue;
      }
      if (c >= 0x80 && is_word(c) && !is_cjk(c)) {
        letters += pos - begin;  // letters of other scripts share tokens less often: one for every two
        continue;
      }
      end_word();
      if (!is_space(c)) ++tokens;
    }
    end_word();
    return tokens;
  }

 private:
  std::string id_ = "estimate-1";
};

}  // namespace

std::unique_ptr<Tokenizer> estimating_tokenizer() { return std::make_unique<EstimatingTokenizer>(); }

}  // namespace cvp::model
