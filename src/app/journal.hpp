#pragma once
// Facts in words: the one place that says what the engine decided. It holds back floods of alike
// skips.

#include "app/log.hpp"
#include "core/fact.hpp"

#include <map>
#include <string>

namespace snapcron {

class Journal {
 public:
  explicit Journal(Log& log) : log_(log) {}

  void set_names(Names names) { names_ = std::move(names); }
  void tell(Fact const& fact);

 private:
  Log& log_;
  Flood flood_;
  Names names_;
  std::map<std::string, Steady> begun_;  // by event: when the run began
};

}  // namespace snapcron
