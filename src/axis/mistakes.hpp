#pragma once
// Where the mistakes of a script go: the same diagnostics as those of a configuration. Whoever
// knows the script's file adds its name and the line.

#include "core/diagnostic.hpp"

#include <string>
#include <utility>
#include <vector>

namespace snapcron {

class AxisMistakes {
 public:
  explicit AxisMistakes(std::vector<Diagnostic>& list) : list_{&list} {}

  void error(Position at, std::string message, std::string suggestion = {}) const {
    add(Diagnostic::Severity::error, at, std::move(message), std::move(suggestion));
  }
  void warning(Position at, std::string message) const {
    add(Diagnostic::Severity::warning, at, std::move(message), {});
  }
  std::size_t count() const { return list_->size(); }

 private:
  void add(Diagnostic::Severity severity, Position at, std::string message,
           std::string suggestion) const {
    list_->push_back({.severity = severity,
                      .at = at,
                      .message = std::move(message),
                      .suggestion = std::move(suggestion)});
  }
  std::vector<Diagnostic>* list_;
};

}  // namespace snapcron
