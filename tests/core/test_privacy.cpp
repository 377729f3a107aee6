// Recognition of personal identifiers. The identity numbers are the published examples of GB 11643-1999.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/privacy.hpp"

using qpcr::find_personal;
using qpcr::mask_personal;
using qpcr::PersonalKind;

TEST_CASE("identity numbers are recognised by date and check character") {
  CHECK(find_personal("11010519491231002X") == PersonalKind::identity_number);
  CHECK(find_personal("440524188001010014") == PersonalKind::identity_number);
  CHECK_FALSE(find_personal("110105194912310021"));
  CHECK_FALSE(find_personal("123456789012345678"));
}

TEST_CASE("phone numbers and Chinese names are recognised, coded identifiers and laboratory words are not") {
  CHECK(find_personal("13912345678") == PersonalKind::phone_number);
  CHECK(find_personal("张伟") == PersonalKind::person_name);
  CHECK(find_personal(" 欧阳修文 ") == PersonalKind::person_name);
  for (const char* text :
       {"S-1187", "SIM-0001", "阳性对照", "金标准", "NTC", "12345678901", "", "水", "C01-001", "高质控"}) {
    CHECK_FALSE(find_personal(text));
  }
}

TEST_CASE("masking keeps only the first character") {
  CHECK(mask_personal("张伟") == "张*");
  CHECK(mask_personal("id 11010519491231002X!") == "id 1*****************!");
  CHECK(mask_personal("Tel 13912345678") == "Tel 1**********");
  CHECK(mask_personal("S-1187") == "S-1187");
}

TEST_CASE("names are found inside longer identifiers and texts") {
  for (const char* text :
       {"张三 复", "张三-复检", "张三01", "S01张三", "01_欧阳小明", "王小明复", "王小明复检", "李四术后",
        "欧阳小明复查", "王小明(2)", "王小明 withdrew", "C01/刘洋", "孔令辉", "张水根", "司马迁"}) {
    INFO(text);
    CHECK(find_personal(text) == PersonalKind::person_name);
  }
}

TEST_CASE("numbers are found inside longer texts, in groups and in full width, and go before names") {
  for (const char* text :
       {"欧阳小明13812345678", "tel:13812345678;", "138-1234-5678", "138 1234 5678", "+86 13812345678", "8613812345678",
        "电话１３８１２３４５６７８", "王小明 withdrew 13812345678"}) {
    INFO(text);
    CHECK(find_personal(text) == PersonalKind::phone_number);
  }
  for (const char* text : {"张三 11010519491231002X", "ID11010519491231002x.", "110105 19491231 002X"}) {
    INFO(text);
    CHECK(find_personal(text) == PersonalKind::identity_number);
  }
  for (const char* text :
       {"138123456789", "0138123456789", "1381234567", "138-12345-678", "2026-11-23", "11010519491231002"}) {
    INFO(text);
    CHECK_FALSE(find_personal(text));
  }
}

TEST_CASE("names that laboratories give to samples are no names of persons") {
  for (const char* text : {"阳性对照",   "阴性对照",   "空白",     "标准品1",      "质控品",
                           "高值质控",   "低值",       "高值",     "高值1",        "血浆1号",
                           "肝癌组1",    "健康对照",   "样本12",   "复检",         "稀释10倍",
                           "江苏-01",    "江苏省-01",  "张江01",   "张江园 3",     "武汉中心02",
                           "无模板对照", "阳参",       "上清 1",   "上样孔",       "内参",
                           "高浓度",     "中值",       "临界",     "金标准",       "白细胞 3",
                           "白膜层",     "石蜡切片",   "马血清",   "常规 2",       "方案偏离",
                           "严重溶血",   "黄疸(重度)", "样本溶血", "撤回知情同意", "入组前已接受抗肿瘤治疗",
                           "孔位A1",     "NTC 水",     "结肠癌 4", "3号 复",       "余样 2"}) {
    INFO(text);
    CHECK_FALSE(find_personal(text));
  }
}

TEST_CASE("masking reaches names and numbers inside a message and leaves the rest") {
  CHECK(mask_personal("王小明 withdrew 13812345678") == "王** withdrew 1**********");
  CHECK(mask_personal("subjects.csv: 张三 复, 对照组") == "subjects.csv: 张* 复, 对照组");
  CHECK(mask_personal("tel 138-1234-5678.") == "tel 1************.");
  CHECK(mask_personal("阳性对照 2026-11-23") == "阳性对照 2026-11-23");
  CHECK(mask_personal("\xE5\xBC") == "\xE5\xBC");
}

TEST_CASE("an excerpt is cut at a character and shows no control characters") {
  CHECK(qpcr::excerpt("荧光荧光", 7) == "荧光…");
  CHECK(qpcr::excerpt("a\x01\nb", 10) == "a??b");
  CHECK(qpcr::excerpt("\xE8", 10).size() == 1);
}
