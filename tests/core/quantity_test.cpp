#include "core/quantity.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsANumberWithAUnit) {
  EXPECT_EQ(parse_duration("500ms").value(), 500ms);
  EXPECT_EQ(parse_duration("2s").value(), 2s);
  EXPECT_EQ(parse_duration("1m30s").value(), 90s);
  EXPECT_EQ(parse_duration("1h").value(), 1h);
  EXPECT_EQ(parse_duration("30d").value(), 720h);
  EXPECT_EQ(parse_duration("1d2h3m4s5ms").value(), 26h + 3min + 4s + 5ms);
  EXPECT_EQ(parse_duration("90s").value(), 90s);
  EXPECT_EQ(parse_duration("0s").value(), 0s);
  EXPECT_EQ(parse_duration("3650d").value(), 87600h);
}

TEST(Duration, IsRefusedWithTheReason) {
  struct {
    char const* text;
    char const* error;
  } const cases[] = {
      {"", "a duration is missing: write a number with a unit, such as 500ms, 2s or 1m30s"},
      {"500", "duration '500' has no unit: write for instance 500s or 500ms"},
      {"0", "duration '0' has no unit: write for instance 0s or 0ms"},
      {"1m30", "duration '1m30' has no unit: write for instance 30s or 30ms"},
      {"s",
       "duration 's' does not begin with a number: write a number with a unit, such as 500ms, 2s "
       "or 1m30s"},
      {"-5s", "duration '-5s' is negative: write a number with a unit, such as 500ms, 2s or 1m30s"},
      {"1.5s", "duration '1.5s' has a fraction: write whole numbers, such as 1s500ms"},
      {"5 s", "duration '5 s' has an unknown unit ' s': units are d, h, m, s and ms"},
      {"5sec", "duration '5sec' has an unknown unit 'sec': units are d, h, m, s and ms"},
      {"5S", "duration '5S' has an unknown unit 'S': units are d, h, m, s and ms"},
      {"30s1m",
       "duration '30s1m' has its units out of order: d, h, m, s, ms go from large to small, each "
       "once"},
      {"1s1s",
       "duration '1s1s' has its units out of order: d, h, m, s, ms go from large to small, each "
       "once"},
      {"3651d", "duration '3651d' is too long: at most 3650d"},
      {"3650d1ms", "duration '3650d1ms' is too long: at most 3650d"},
      {"99999999999999999999999999s",
       "duration '99999999999999999999999999s' is too long: at most 3650d"},
  };
  for (auto const& c : cases) {
    auto const result = parse_duration(c.text);
    ASSERT_FALSE(result) << c.text;
    EXPECT_EQ(result.error().text, c.error);
    EXPECT_EQ(result.error().fault, Fault::invalid);
  }
}

TEST(Duration, PrintsAsWhatParsesToTheSame) {
  EXPECT_EQ(to_text(Duration{90s}), "1m30s");
  EXPECT_EQ(to_text(Duration{500ms}), "500ms");
  EXPECT_EQ(to_text(Duration{0s}), "0s");
  EXPECT_EQ(to_text(Duration{24h}), "1d");
  for (std::int64_t ms = 1; ms < 100'000'000'000; ms = ms * 3 + 1) {
    Duration const duration = std::chrono::milliseconds{ms};
    EXPECT_EQ(parse_duration(to_text(duration)).value(), duration) << to_text(duration);
  }
}

TEST(Size, IsANumberWithAUnit) {
  EXPECT_EQ(parse_size("0B").value(), 0u);
  EXPECT_EQ(parse_size("500KB").value(), 500'000u);
  EXPECT_EQ(parse_size("2GB").value(), 2'000'000'000u);
  EXPECT_EQ(parse_size("16MiB").value(), 16u << 20);
  EXPECT_EQ(parse_size("1KiB").value(), 1024u);
  EXPECT_EQ(parse_size("3TB").value(), 3'000'000'000'000u);
}

TEST(Size, IsRefusedWithTheReason) {
  struct {
    char const* text;
    char const* error;
  } const cases[] = {
      {"", "a size is missing: write a number with a unit, such as 500KB, 2GB or 16MiB"},
      {"500", "size '500' has no unit: write for instance 500KB or 500MB"},
      {"-1MB", "size '-1MB' is negative: write a number with a unit, such as 500KB, 2GB or 16MiB"},
      {"1.5GB", "size '1.5GB' has a fraction: write whole numbers, such as 1500MB"},
      {"5mb",
       "size '5mb' has an unknown unit 'mb': units are B, KB, MB, GB, TB, KiB, MiB, GiB and TiB"},
      {"1GB5MB",
       "size '1GB5MB' has an unknown unit 'GB5MB': units are B, KB, MB, GB, TB, KiB, MiB, GiB and "
       "TiB"},
      {"9999999999TB", "size '9999999999TB' is too large"},
  };
  for (auto const& c : cases) {
    auto const result = parse_size(c.text);
    ASSERT_FALSE(result) << c.text;
    EXPECT_EQ(result.error().text, c.error);
  }
}

TEST(Quantity, AnErrorShowsHostileTextHarmlessly) {
  EXPECT_EQ(parse_duration("5\x1b[2J").error().text,
            "duration '5?[2J' has an unknown unit '?[': units are d, h, m, s and ms");
  EXPECT_LT(parse_size(std::string(100'000, '9')).error().text.size(), 1'000u);
}

}  // namespace
}  // namespace snapcron
