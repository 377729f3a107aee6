// Recognising and masking identifiers of persons.
#include "libqpcr/core/privacy.hpp"

#include <array>
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

bool is_han(std::string_view character) {
  if (character.size() != 3) return false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(character[i])); };
  const unsigned point = ((byte(0) & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
  return point >= 0x4E00 && point <= 0x9FFF;
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

// The hundred commonest surnames of the 2020 census name report of the Ministry of Public Security, and common double
// ones.
constexpr std::string_view surnames =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "范汪廖石金韦贾"
    "夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常欧阳上官司马诸葛";
constexpr std::array<std::string_view, 24> laboratory_words{
    "对照", "标准", "质控", "样本", "样品", "阴性", "阳性", "空白", "水",   "孔",   "内参", "参考",
    "校准", "血浆", "血清", "血",   "组",   "号",   "测试", "批",   "模拟", "患者", "健康", "肝"};

bool is_person_name(std::string_view text) {
  const std::vector<std::string_view> characters = split_characters(text);
  if (characters.size() < 2 || characters.size() > 4) return false;
  for (const std::string_view character : characters) {
    if (!is_han(character)) return false;
  }
  for (const std::string_view word : laboratory_words) {
    if (text.find(word) != std::string_view::npos) return false;
  }
  return surnames.find(characters.front()) != std::string_view::npos;
}

std::string masked(std::string_view text) {
  const std::vector<std::string_view> characters = split_characters(text);
  std::string result(characters.empty() ? std::string_view{} : characters.front());
  for (std::size_t i = 1; i < characters.size(); ++i) result += '*';
  return result;
}

}  // namespace

std::optional<PersonalKind> find_personal(std::string_view utf8) {
  while (!utf8.empty() && (utf8.front() == ' ' || utf8.front() == '\t')) utf8.remove_prefix(1);
  while (!utf8.empty() && (utf8.back() == ' ' || utf8.back() == '\t')) utf8.remove_suffix(1);
  if (is_identity_number(utf8)) return PersonalKind::identity_number;
  if (is_phone_number(utf8)) return PersonalKind::phone_number;
  if (is_person_name(utf8)) return PersonalKind::person_name;
  return std::nullopt;
}

std::string mask_personal(std::string_view utf8) {
  if (find_personal(utf8)) return masked(utf8);
  std::string result;
  for (std::size_t i = 0; i < utf8.size();) {
    const bool at_boundary = i == 0 || !is_digit(utf8[i - 1]);
    std::size_t end = i;
    while (end < utf8.size() && is_digit(utf8[end])) ++end;
    if (at_boundary && end > i) {
      std::size_t length = end - i;
      if (length == 17 && end < utf8.size() && (utf8[end] == 'X' || utf8[end] == 'x')) length = 18;
      const std::string_view digits = utf8.substr(i, length);
      result += is_identity_number(digits) || is_phone_number(digits) ? masked(digits) : std::string(digits);
      i += length;
    } else {
      result += utf8[i++];
    }
  }
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
