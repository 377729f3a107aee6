// Recognising and masking identifiers of persons.
#include "libqpcr/core/privacy.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace qpcr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<std::string_view> split_characters(std::string_view text) {
  std::vector<std::string_view> characters;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    length = std::min(length, text.size() - i);
    characters.push_back(text.substr(i, length));
    i += length;
  }
  return characters;
}

/// The code point of a character of three bytes, 0 for any other length.
unsigned to_point(std::string_view character) {
  if (character.size() != 3) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(character[i])); };
  return ((byte(0) & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
}

bool is_han(std::string_view character) {
  const unsigned point = to_point(character);
  return (point >= 0x4E00 && point <= 0x9FFF) || (point >= 0x3400 && point <= 0x4DBF);
}

/// '0' to '9' of an ASCII or full-width digit, else NUL.
char to_digit(std::string_view character) {
  if (character.size() == 1 && is_digit(character.front())) return character.front();
  const unsigned point = to_point(character);
  return point >= 0xFF10 && point <= 0xFF19 ? static_cast<char>('0' + (point - 0xFF10)) : '\0';
}

bool plausible_date(std::string_view yyyymmdd) {
  const auto two = [&](std::size_t i) { return (yyyymmdd[i] - '0') * 10 + (yyyymmdd[i + 1] - '0'); };
  const int century = two(0);
  const int month = two(4);
  const int day = two(6);
  return (century == 18 || century == 19 || century == 20) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool is_identity_number(std::string_view text) {
  if (text.size() == 18) {
    for (std::size_t i = 0; i < 17; ++i) {
      if (!is_digit(text[i])) return false;
    }
    if (!plausible_date(text.substr(6, 8))) return false;
    constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    constexpr std::string_view check_characters = "10X98765432";
    int sum = 0;
    for (std::size_t i = 0; i < 17; ++i) sum += weights[i] * (text[i] - '0');
    const char last = text[17] == 'x' ? 'X' : text[17];
    return last == check_characters[static_cast<std::size_t>(sum % 11)];
  }
  if (text.size() == 15) {
    for (const char c : text) {
      if (!is_digit(c)) return false;
    }
    return text[0] != '0' && plausible_date("19" + std::string(text.substr(6, 6)));
  }
  return false;
}

bool is_phone_number(std::string_view text) {
  if (text.size() != 11 || text[0] != '1' || text[1] < '3' || text[1] > '9') return false;
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

// The hundred commonest surnames of the 2020 census name report of the Ministry of Public Security.
constexpr std::string_view surnames =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常欧葛";
constexpr std::array<std::string_view, 8> double_surnames{"欧阳", "上官", "司马", "诸葛",
                                                          "司徒", "皇甫", "尉迟", "夏侯"};
/// A run that holds one of these is no name.
constexpr std::array<std::string_view, 27> laboratory_words{
    "对照", "标准", "质控", "样本", "样品", "阴性", "阳性",   "空白", "内参", "参考", "校准", "血浆", "血清", "血",
    "组",   "号",   "测试", "批",   "模拟", "患者", "反应孔", "复孔", "中心", "医院", "肝",   "癌",   "稀释"};
/// Words whose first character is also a surname; a run that begins with one is no name.
constexpr std::array<std::string_view, 78> common_words{
    "高值", "高浓", "高危", "高滴", "高拷", "高风", "高龄", "高热", "高密", "高通", "高温", "高效", "高质",
    "高甲", "方案", "方法", "方式", "方向", "严重", "严格", "严禁", "常规", "常温", "常见", "常量", "常用",
    "常染", "金标", "金属", "金黄", "金葡", "白细", "白蛋", "白膜", "白色", "白板", "黄疸", "黄色", "黄曲",
    "石蜡", "程序", "程度", "任意", "任何", "任一", "余样", "余量", "余液", "何时", "何种", "何处", "于入",
    "于随", "于术", "周期", "周围", "周岁", "范围", "曾用", "曾经", "曾接", "曾有", "曾患", "向量", "孔位",
    "孔板", "孔径", "许可", "谢绝", "毛细", "马上", "林格", "叶酸", "史前", "陈旧", "段落", "万古", "龙胆"};
/// Places of which the same holds when nothing, or a word for a place, follows them.
constexpr std::array<std::string_view, 58> places{
    "江苏",   "江西",   "江门",   "江阴",   "江宁", "江北", "江南", "江汉",   "江夏", "张江", "张家港", "张家口",
    "张家界", "石家庄", "石景山", "石河子", "苏州", "苏北", "苏南", "郑州",   "徐州", "徐汇", "常州",   "常熟",
    "常德",   "沈阳",   "武汉",   "武昌",   "武进", "武警", "唐山", "马鞍山", "黄石", "黄山", "黄冈",   "黄浦",
    "黄埔",   "金华",   "金山",   "金坛",   "吴江", "吴中", "余姚", "余杭",   "龙岩", "龙华", "龙岗",   "万州",
    "彭州",   "邓州",   "贺州",   "雷州",   "高州", "高邮", "杨浦", "陆家嘴", "白云", "孟州"};
constexpr std::array<std::string_view, 7> place_endings{"市", "省", "区", "县", "院", "站", "园"};
/// What a laboratory writes behind a name.
constexpr std::array<std::string_view, 16> name_endings{"复检", "复查", "复测", "重测", "重做", "重复", "术前", "术后",
                                                        "先生", "女士", "初检", "初筛", "复",   "重",   "男",   "女"};

bool is_place(std::string_view run) {
  for (const std::string_view place : places) {
    if (run == place) return true;
    if (!run.starts_with(place)) continue;
    for (const std::string_view ending : place_endings) {
      if (run.substr(place.size()) == ending) return true;
    }
  }
  return false;
}

/// True for a run of Han characters, three bytes each, that reads as a name without an ending.
bool is_bare_name(std::string_view run) {
  constexpr std::size_t han_bytes = 3;
  const std::size_t characters = run.size() / han_bytes;
  if (characters < 2 || characters > 4) return false;
  for (const std::string_view word : laboratory_words) {
    if (run.find(word) != std::string_view::npos) return false;
  }
  for (const std::string_view word : common_words) {
    if (run.starts_with(word)) return false;
  }
  if (is_place(run)) return false;
  for (const std::string_view surname : double_surnames) {
    if (characters > 2 && run.starts_with(surname)) return true;
  }
  return surnames.find(run.substr(0, han_bytes)) != std::string_view::npos;
}

bool is_person_name(std::string_view run) {
  if (is_bare_name(run)) return true;
  for (const std::string_view ending : name_endings) {
    if (run.ends_with(ending) && is_bare_name(run.substr(0, run.size() - ending.size()))) return true;
  }
  return false;
}

/// A stretch of characters that identifies a person.
struct PersonalSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  PersonalKind kind = PersonalKind::person_name;
};

/// Digits from `begin` in groups of the given sizes, with one space or hyphen or nothing between the groups; the last
/// digit may be an X. @return the digits and where they end; empty when the text is otherwise.
std::pair<std::string, std::size_t> read_groups(const std::vector<std::string_view>& characters, std::size_t begin,
                                                const std::vector<std::size_t>& sizes, std::size_t total) {
  std::string digits;
  std::size_t at = begin;
  std::size_t boundary = 0;
  for (const std::size_t size : sizes) {
    const bool separated = at < characters.size() && (characters[at] == " " || characters[at] == "-");
    if (boundary > 0 && separated) ++at;
    boundary += size;
    for (; digits.size() < boundary && at < characters.size(); ++at) {
      const char digit = to_digit(characters[at]);
      const bool check = digits.size() == 17 && (characters[at] == "X" || characters[at] == "x");
      if (digit == '\0' && !check) return {};
      digits += check ? 'X' : digit;
    }
  }
  if (digits.size() != total) return {};
  if (at < characters.size() && to_digit(characters[at]) != '\0') return {};
  return {digits, at};
}

/// The number that begins at a digit before which there is none.
std::optional<PersonalSpan> find_number(const std::vector<std::string_view>& characters, std::size_t begin) {
  if (const auto [digits, end] = read_groups(characters, begin, {6, 8, 4}, 18); is_identity_number(digits)) {
    return PersonalSpan{begin, end, PersonalKind::identity_number};
  }
  if (const auto [digits, end] = read_groups(characters, begin, {15}, 15); is_identity_number(digits)) {
    return PersonalSpan{begin, end, PersonalKind::identity_number};
  }
  if (const auto [digits, end] = read_groups(characters, begin, {3, 4, 4}, 11); is_phone_number(digits)) {
    return PersonalSpan{begin, end, PersonalKind::phone_number};
  }
  if (const auto [digits, end] = read_groups(characters, begin, {2, 3, 4, 4}, 13);
      digits.starts_with("86") && is_phone_number(std::string_view(digits).substr(2))) {
    return PersonalSpan{begin, end, PersonalKind::phone_number};
  }
  return std::nullopt;
}

/// Every stretch in the order of the text; none overlap.
std::vector<PersonalSpan> find_spans(const std::vector<std::string_view>& characters) {
  std::vector<PersonalSpan> spans;
  for (std::size_t i = 0; i < characters.size();) {
    if (to_digit(characters[i]) != '\0') {
      if (const std::optional<PersonalSpan> number = find_number(characters, i)) {
        spans.push_back(*number);
        i = number->end;
      } else {
        while (i < characters.size() && to_digit(characters[i]) != '\0') ++i;
      }
    } else if (is_han(characters[i])) {
      const std::size_t begin = i;
      std::string run;
      for (; i < characters.size() && is_han(characters[i]); ++i) run += characters[i];
      if (is_person_name(run)) spans.push_back({begin, i, PersonalKind::person_name});
    } else {
      ++i;
    }
  }
  return spans;
}

}  // namespace

std::optional<PersonalKind> find_personal(std::string_view utf8) {
  std::optional<PersonalKind> found;
  for (const PersonalSpan& span : find_spans(split_characters(utf8))) {
    if (!found || span.kind < *found) found = span.kind;
  }
  return found;
}

std::string mask_personal(std::string_view utf8) {
  const std::vector<std::string_view> characters = split_characters(utf8);
  std::string result;
  std::size_t next = 0;
  const auto copy_until = [&](std::size_t end) {
    for (; next < end; ++next) result += characters[next];
  };
  for (const PersonalSpan& span : find_spans(characters)) {
    copy_until(span.begin + 1);
    result.append(span.end - next, '*');
    next = span.end;
  }
  copy_until(characters.size());
  return result;
}

std::string excerpt(std::string_view utf8, std::size_t limit) {
  std::string result;
  for (const std::string_view character : split_characters(utf8)) {
    if (result.size() + character.size() > limit) return result + "…";
    const auto lead = static_cast<unsigned char>(character.front());
    if (lead < 0x20 || lead == 0x7F) {
      result += '?';
    } else {
      result += character;
    }
  }
  return result;
}

}  // namespace qpcr
