#pragma once
// The options of a command, taken one by one; what nobody takes is a mistake.

#include "axis/mistakes.hpp"
#include "axis/script.hpp"
#include "core/time.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace snapcron {

class AxisOptions {
 public:
  AxisOptions(AxisCommand const& command, AxisMistakes mistakes)
      : command_{command}, mistakes_{mistakes} {}

  bool has(std::string_view name);
  /// The value of an option that has one; null when the option is not there, or wrong.
  AxisWord const* value(std::string_view name);
  std::optional<unsigned> number(std::string_view name, unsigned least, unsigned most);
  /// h1m2s3, or frames a second: fps5.
  std::optional<Duration> time(std::string_view name);
  /// An option without a value.
  bool flag(std::string_view name);
  /// What stands beside the options, one word of it; null when there is none.
  AxisWord const* word();
  /// Options that are taken with whatever name they have.
  std::vector<AxisOption> const& all();

  /// Tells what was not taken.
  void finish() const;

  AxisMistakes const& mistakes() const { return mistakes_; }
  Position at() const { return command_.name.at; }

 private:
  AxisOption const* find(std::string_view name);

  AxisCommand const& command_;
  AxisMistakes mistakes_;
  std::vector<std::string> known_;
  std::size_t words_ = 0;  // taken
  bool any_ = false;
};

/// h1m2s3, each part once and in this order; a text for people when it is not.
std::optional<Duration> axis_time(std::string_view text);
/// A decimal number of at most six digits.
std::optional<unsigned> axis_number(std::string_view text);

}  // namespace snapcron
