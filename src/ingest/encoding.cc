#include "ingest/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "base/limits.h"
#include "base/unicode.h"
#include "ingest/encoding_score.h"

namespace cvp::ingest {
namespace {

// Enough evidence for any statistic; taken where the file stops being ASCII.
constexpr size_t kSampleBytes = 128 << 10;
constexpr size_t kChunkUnits = 16 << 10;

struct Candidate {
  const char* name;       // as shown
  const char* converter;  // as ICU calls it
  bool has_kana = true;   // Chinese and Korean sets encode kana too, but no text in them consists of it
};
constexpr Candidate kEastAsian[] = {
    {"GB18030", "gb18030", false}, {"Big5", "Big5-HKSCS", false},    {"Shift_JIS", "windows-31j"},
    {"EUC-JP", "EUC-JP"},          {"EUC-KR", "windows-949", false},
};
constexpr Candidate kAlphabets[] = {
    {"windows-1251", "windows-1251"},
    {"KOI8-R", "KOI8-R"},
    {"IBM866", "IBM866"},
    {"ISO-8859-5", "ISO-8859-5"},
    {"IBM855", "IBM855"},
    {"windows-1253", "windows-1253"},
    {"windows-1255", "windows-1255"},
    {"windows-1256", "windows-1256"},
    {"TIS-620", "windows-874"},
};

extern "C" void count_broken(const void* context, UConverterToUnicodeArgs* args, const char*, int32_t length,
                             UConverterCallbackReason reason, UErrorCode* error) {
  if (reason > UCNV_IRREGULAR) return;
  *static_cast<uint64_t*>(const_cast<void*>(context)) += static_cast<uint64_t>(length);
  *error = U_ZERO_ERROR;
  ucnv_cbToUWriteSub(args, 0, error);
}

std::string_view sample_of(std::string_view bytes) {
  const auto first =
      std::find_if(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  size_t from = static_cast<size_t>(first - bytes.begin());
  // Back to the line's start, so that the sample begins at a character's first byte.
  while (from > 0 && bytes[from - 1] != '\n' && static_cast<unsigned char>(bytes[from - 1]) < 0x80) --from;
  std::string_view sample = bytes.substr(from, kSampleBytes);
  if (from + sample.size() < bytes.size()) {
    const size_t line = sample.find_last_of('\n');
    if (line != std::string_view::npos && line > sample.size() / 2) sample = sample.substr(0, line + 1);
  }
  return sample;
}

/// How sure a score is: the margin to the next best reading, and less so the fewer characters spoke for it.
int confidence_of(double best, double second, size_t evidence) {
  // A reading that scores half as much is no rival.
  const double margin = std::min(1.0, 2 * (best - std::max(second, 0.0)) / std::max(best, 0.01));
  const double weight = 1.0 - std::exp(-static_cast<double>(evidence) / 6.0);
  const double strength = std::min(1.0, best / 0.4);
  return std::clamp(static_cast<int>(std::lround(99.0 * margin * weight * strength)), 1, 99);
}

struct Guess {
  std::string name, converter;
  int confidence = 0;
  double score = 0;  // of plausibility
};

/// Bytes above ASCII come in runs where a text is written in letters or characters other than Latin ones.
bool comes_in_runs(std::string_view sample) {
  size_t high = 0, runs = 0;
  bool inside = false;
  for (const char c : sample) {
    const bool is_high = static_cast<unsigned char>(c) >= 0x80;
    high += is_high;
    runs += is_high && !inside;
    inside = is_high;
  }
  return high >= 2 * runs;
}

class Contest {
 public:
  explicit Contest(std::string_view sample) : sample_(sample) {}
  void enter(const Candidate& candidate) {
    auto converted = convert(sample_, candidate.converter);
    if (!converted) return;
    Plausibility p = plausibility(converted->text);
    if (p.foreign == 0) return;
    if (!candidate.has_kana) p.common -= p.kana;
    if (p.score() > best_) {
      second_ = best_;
      best_ = p.score();
      evidence_ = p.foreign;
      winner_ = &candidate;
    } else {
      second_ = std::max(second_, p.score());
    }
  }
  std::optional<Guess> result() const {
    // Everyday characters make up half of real text; other scripts read as one of these reach an eighth at
    // most.
    constexpr double kLeastScore = 0.2;
    if (winner_ == nullptr || best_ < kLeastScore) return {};
    return Guess{winner_->name, winner_->converter, confidence_of(best_, second_, evidence_), best_};
  }

 private:
  std::string_view sample_;
  double best_ = -1e9, second_ = -1e9;
  size_t evidence_ = 0;
  const Candidate* winner_ = nullptr;
};

/// By everyday characters, for every script but the Latin one.
std::optional<Guess> guess_by_characters(std::string_view sample) {
  Contest contest(sample);
  for (const Candidate& candidate : kEastAsian) contest.enter(candidate);
  if (comes_in_runs(sample)) {
    for (const Candidate& candidate : kAlphabets) contest.enter(candidate);
  }
  return contest.result();
}

/// ICU's statistics of letter sequences, for Latin alphabets.
std::optional<Guess> guess_by_letters(std::string_view sample) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(ucsdet_open(&error),
                                                                            &ucsdet_close);
  if (U_FAILURE(error)) return {};
  ucsdet_enableInputFilter(detector.get(), true);  // markup is in English
  ucsdet_setText(detector.get(), sample.data(), static_cast<int32_t>(sample.size()), &error);
  int32_t found = 0;
  const UCharsetMatch** matches = ucsdet_detectAll(detector.get(), &found, &error);
  if (U_FAILURE(error)) return {};
  for (int32_t i = 0; i < found; ++i) {
    const char* name = ucsdet_getName(matches[i], &error);
    const int32_t confidence = ucsdet_getConfidence(matches[i], &error);
    if (U_FAILURE(error)) return {};
    const std::string n = name;
    if (n.starts_with("UTF-") || n.starts_with("IBM4")) continue;
    return Guess{n,
                 n == "ISO-8859-1"   ? "windows-1252"
                 : n == "ISO-8859-9" ? "windows-1254"
                                     : n,
                 std::min(confidence, 99)};
  }
  return {};
}

struct Mark {
  std::string_view bytes;
  const char* name;
};
using namespace std::string_view_literals;
constexpr Mark kMarks[] = {
    {"\xff\xfe\0\0"sv, "UTF-32LE"}, {"\0\0\xfe\xff"sv, "UTF-32BE"}, {"\xef\xbb\xbf"sv, "UTF-8"},
    {"\xff\xfe"sv, "UTF-16LE"},     {"\xfe\xff"sv, "UTF-16BE"},
};
const Mark* mark_of(std::string_view bytes) {
  for (const Mark& mark : kMarks)
    if (bytes.starts_with(mark.bytes)) return &mark;
  return nullptr;
}

/// ISO-2022 switches character sets with escape sequences and is 7-bit: it would pass as ASCII.
std::optional<Guess> escape_coded(std::string_view bytes) {
  if (bytes.find('\x1b') == std::string_view::npos) return {};
  for (const auto& [escape, name] : {std::pair{"\x1b$B", "ISO-2022-JP"},
                                     {"\x1b$@", "ISO-2022-JP"},
                                     {"\x1b(J", "ISO-2022-JP"},
                                     {"\x1b$)C", "ISO-2022-KR"},
                                     {"\x1b$)A", "ISO-2022-CN"}})
    if (bytes.find(escape) != std::string_view::npos) return Guess{name, name, 99};
  return {};
}

struct Utf8Check {
  uint64_t multibyte = 0;  // valid sequences of two bytes and more
  uint64_t broken = 0;     // bytes that belong to none
};
Utf8Check check_utf8(std::string_view bytes) {
  Utf8Check check;
  for (size_t pos = 0; pos < bytes.size();) {
    if (static_cast<unsigned char>(bytes[pos]) < 0x80) {
      ++pos;
      continue;
    }
    const size_t start = pos;
    const char32_t c = decode_utf8(bytes, pos);
    const bool real_replacement = c == 0xfffd && pos - start == 3;
    if (c == 0xfffd && !real_replacement) {
      ++check.broken;
    } else {
      ++check.multibyte;
    }
  }
  return check;
}

Decoded repaired(std::string_view bytes, uint64_t broken, int confidence) {
  return Decoded{repair_utf8(bytes), "UTF-8", confidence, broken};
}

Result<Decoded> decode_as(std::string_view bytes, const Guess& guess) {
  Conversion converted = TRY(convert(bytes, guess.converter));
  return Decoded{std::move(converted.text), guess.name, guess.confidence, converted.broken_bytes};
}

/// A charset that the document declares, if ICU knows it and the sample decodes with hardly an error.
std::optional<Guess> trusted_declaration(std::string_view sample, std::string_view declared) {
  if (declared.empty() || declared.size() > 40) return {};
  std::string name(declared);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name.starts_with("utf") || name.starts_with("unicode")) return {};  // the bytes already said no
  std::string converter = name;
  if (name == "gb2312" || name == "gbk" || name == "gb_2312-80" || name == "x-gbk") converter = "gb18030";
  if (name == "big5") converter = "Big5-HKSCS";
  if (name == "iso-8859-1" || name == "latin1" || name == "us-ascii" || name == "ascii")
    converter = "windows-1252";
  if (name == "shift_jis" || name == "x-sjis") converter = "windows-31j";
  if (name == "euc-kr" || name == "ks_c_5601-1987") converter = "windows-949";
  auto converted = convert(sample, converter);
  if (!converted || converted->broken_bytes * 100 > sample.size()) return {};
  for (const Candidate& candidate : kEastAsian) {
    // A declaration of an East Asian set that reads as nonsense is a template's leftover.
    if (converter == candidate.converter && plausibility(converted->text).score() < 0.05) return {};
  }
  if (converter == "gb18030") name = "gb18030";
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return Guess{name, converter, 99};
}

}  // namespace

Result<Conversion> convert(std::string_view bytes, const std::string& converter) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> open(ucnv_open(converter.c_str(), &error),
                                                                &ucnv_close);
  if (U_FAILURE(error)) {
    return fail(Errc::failed, text("unknown character set {}", "未知的字符集 {}", converter));
  }
  Conversion out;
  ucnv_setToUCallBack(open.get(), &count_broken, &out.broken_bytes, nullptr, nullptr, &error);
  std::vector<UChar> units(kChunkUnits);
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  char16_t high = 0;
  do {
    error = U_ZERO_ERROR;
    UChar* target = units.data();
    ucnv_toUnicode(open.get(), &target, units.data() + units.size(), &source, end, nullptr, true, &error);
    if (U_FAILURE(error) && error != U_BUFFER_OVERFLOW_ERROR) {
      return fail(Errc::failed,
                  text("cannot convert from {}: {}", "无法从 {} 转换：{}", converter, u_errorName(error)));
    }
    for (const UChar* unit = units.data(); unit != target; ++unit) {
      if (*unit >= 0xd800 && *unit < 0xdc00) {
        high = *unit;
      } else if (*unit >= 0xdc00 && *unit < 0xe000) {
        append_utf8(out.text, high != 0
                                  ? 0x10000 + ((char32_t(high) - 0xd800) << 10) + (char32_t(*unit) - 0xdc00)
                                  : 0xfffd);
        high = 0;
      } else {
        append_utf8(out.text, *unit);
        high = 0;
      }
    }
  } while (error == U_BUFFER_OVERFLOW_ERROR);
  return out;
}

std::optional<std::string> unicode_form(std::string_view bytes) {
  if (const Mark* mark = mark_of(bytes))
    return mark->name[4] == '8' ? std::nullopt : std::optional<std::string>(mark->name);
  if (bytes.size() < 4) return {};
  const std::string_view sample = bytes.substr(0, std::min(bytes.size(), kSampleBytes) & ~size_t{3});
  std::array<size_t, 4> zeros{};
  for (size_t i = 0; i < sample.size(); ++i) zeros[i % 4] += sample[i] == 0;
  const size_t quarter = sample.size() / 4;
  if (quarter == 0) return {};
  const auto most = [&](size_t n) { return n * 10 >= quarter * 9; };
  if (bytes.size() % 4 == 0 && most(zeros[2]) && most(zeros[3]) && !most(zeros[0])) return "UTF-32LE";
  if (bytes.size() % 4 == 0 && most(zeros[0]) && most(zeros[1]) && !most(zeros[3])) return "UTF-32BE";
  if (valid_utf8(utf8_prefix(sample, sample.size() - 3)) && zeros == std::array<size_t, 4>{}) return {};
  // ASCII leaves zeros on one side; Chinese leaves hardly any, but reads as everyday text in one order only.
  const size_t even = zeros[0] + zeros[2], odd = zeros[1] + zeros[3];
  for (const auto& [name, here, there] :
       {std::tuple{"UTF-16LE", odd, even}, std::tuple{"UTF-16BE", even, odd}}) {
    auto converted = convert(sample, name);
    if (!converted || converted->broken_bytes * 200 > sample.size()) continue;
    const Plausibility p = plausibility(converted->text);
    const bool mostly_ascii = here * 3 >= sample.size() && here >= there * 8 && p.strange * 10 <= p.foreign;
    constexpr double kEverydayScore = 0.25;
    if (mostly_ascii || p.score() > kEverydayScore) return name;
  }
  return {};
}

Result<Decoded> decode_text(std::string_view bytes, std::string_view declared) {
  if (const Mark* mark = mark_of(bytes)) {
    const std::string_view rest = bytes.substr(mark->bytes.size());
    if (mark->name == std::string_view("UTF-8")) return repaired(rest, check_utf8(rest).broken, 100);
    return decode_as(rest, {mark->name, mark->name, 100});
  }
  if (const auto wide = unicode_form(bytes)) return decode_as(bytes, {*wide, *wide, 95});
  if (const auto escapes = escape_coded(bytes)) return decode_as(bytes, *escapes);
  const Utf8Check utf8 = check_utf8(bytes);
  if (utf8.broken == 0) return repaired(bytes, 0, 100);
  // Other encodings look like a valid sequence of UTF-8 by accident only.
  if (utf8.multibyte >= utf8.broken * 4) {
    return repaired(bytes, utf8.broken,
                    static_cast<int>(99 * utf8.multibyte / (utf8.multibyte + utf8.broken)));
  }
  const std::string_view sample = sample_of(bytes);
  if (const auto trusted = trusted_declaration(sample, declared)) return decode_as(bytes, *trusted);
  const auto characters = guess_by_characters(sample);
  constexpr double kClearScore = 0.35;
  if (characters && characters->score >= kClearScore) return decode_as(bytes, *characters);
  const auto letters = guess_by_letters(sample);
  if (letters && (!characters || letters->confidence > characters->confidence)) {
    if (auto decoded = decode_as(bytes, *letters)) return decoded;
  }
  if (characters) return decode_as(bytes, *characters);
  return decode_as(bytes, {"windows-1252", "windows-1252", 10});
}

std::vector<Text> decoding_notes(const Decoded& decoded) {
  std::vector<Text> notes;
  if (decoded.confidence < 100 && !(decoded.encoding == "UTF-8")) {
    notes.push_back(decoded.confidence >= 50
                        ? text("read as {} (confidence {} %)", "按 {} 编码读取（把握 {}%）", decoded.encoding,
                               decoded.confidence)
                        : text("read as {}, which is a guess (confidence {} %): if the text looks wrong, "
                               "save the file as UTF-8",
                               "按 {} 编码读取，但这只是猜测（把握 {}%）：如有乱码，请将文件另存为 UTF-8",
                               decoded.encoding, decoded.confidence));
  }
  if (decoded.broken_bytes > 0) {
    notes.push_back(text("{} bytes are not valid {} and were replaced by �",
                         "{} 个字节不符合 {} 编码，已用 � 代替", decoded.broken_bytes, decoded.encoding));
  }
  return notes;
}

}  // namespace cvp::ingest
