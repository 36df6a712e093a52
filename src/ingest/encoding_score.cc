#include "ingest/encoding_score.h"

#include <algorithm>
#include <vector>

#include "base/unicode.h"

namespace cvp::ingest {
namespace {

// About half of any modern Chinese text consists of these; Simplified and Traditional forms side by side.
constexpr std::string_view kCommonHan =
    "的一是不了在人有我他这这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着"
    "著下自之年过過发發后後作里裡裏"
    "用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心她"
    "本前开開但因只从從想实實日军軍"
    "者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并並物"
    "手应應战戰向头頭文体體政美相见見"
    "被利什二等产產或新己制身果加西斯月话話合回特代内內信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立"
    "及比员員解水名真论論处處走义義"
    "各入几幾口认認条條平系系係气氣题題活尔爾更别別打女变變四神总總何电電数數安少报報才结結反受目太量再感建务"
    "務做接必场場件计計管期市直德资資命山"
    "金指克许許统統区區保至队隊形社便空决決治展马馬科司五基眼书書非则則听聽白却卻界达達光放强強即像难難且权權"
    "思王象完设設式色路记記南品住告"
    "类類求据據程北边邊死张張该該交规規万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導争"
    "爭运運";
constexpr std::string_view kCommonMarks = "，。、；：？！（）《》「」『』“”‘’【】…—·％￥　～〈〉";
constexpr std::string_view kCommonHangul =
    "이다는을의에가고하은지도로서한기사나시자를대리아라인어그일해있정수제보과들부전와스주으원만거게장신구상미"
    "조여무동회경우한국니까습합"
    "했면것성소오학생전화세계용안내문유마음선방공중년월위원";

// The most frequent small letters of alphabets: four fifths of a text in them.
constexpr std::string_view kCommonLetters =
    "оеаинтсрвлкмдпуязьыг"
    "αοιετσνηυρπκλμςόίάέή"
    "יוהלאתרבשמנדםקחעפ"
    "ايلمنوترهبعدةكسفق"
    "านรกเองยลมดทสตวปคิ่้ี";

std::vector<char32_t> sorted_set() {
  std::vector<char32_t> set;
  for (const std::string_view part : {kCommonHan, kCommonMarks, kCommonHangul, kCommonLetters})
    for (size_t pos = 0; pos < part.size();) set.push_back(decode_utf8(part, pos));
  std::sort(set.begin(), set.end());
  return set;
}

bool is_kana(char32_t c) {
  return (c >= 0x3041 && c <= 0x3093) || (c >= 0x30a1 && c <= 0x30f6) || c == 0x30fc;
}

bool is_common(char32_t c) {
  static const std::vector<char32_t> set = sorted_set();
  return std::binary_search(set.begin(), set.end(), c);
}

bool is_strange(char32_t c) {
  const bool rare_script = (c >= 0x0700 && c < 0x0e00) || (c >= 0x0e80 && c < 0x1e00);
  const bool extension = (c >= 0x3400 && c < 0x4dc0) || c >= 0x20000;
  const bool private_use = (c >= 0xd800 && c < 0xf900);
  const bool drawing = c >= 0x2500 && c < 0x25a0;
  const bool half_width_kana = c >= 0xff61 && c < 0xffa0;
  return c == 0xfffd || (c >= 0x80 && c < 0xa0) || rare_script || extension || private_use || drawing ||
         half_width_kana;
}

}  // namespace

Plausibility plausibility(std::string_view utf8) {
  Plausibility p;
  for (size_t pos = 0; pos < utf8.size();) {
    const char32_t c = decode_utf8(utf8, pos);
    if (c < 0x80) continue;
    ++p.foreign;
    if (is_kana(c)) ++p.kana;
    if (is_kana(c) || is_common(c)) ++p.common;
    if (is_strange(c)) ++p.strange;
  }
  return p;
}

}  // namespace cvp::ingest
