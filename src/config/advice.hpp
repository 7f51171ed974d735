#pragma once
// Warnings of rules that are well written and yet cannot do what they say: they never fire, or two
// of them switch one relay at one moment.

#include "config/context.hpp"
#include "config/references.hpp"
#include "core/rule.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace snapcron {

class Advice {
 public:
  /// `node` is what `rule` was read from, without a mistake.
  void look_at(Context const& context, YamlNode const& node, Rule const& rule,
               References const& references);

 private:
  struct Switched {
    RelayCommand command;
    std::string rule, place;  // "FILE:LINE"
    std::shared_ptr<std::vector<Condition> const> conditions;
  };

  void never(Context const& context, Position at, Cron const& pattern, Zone const& zone,
             char const* what);
  void relays(Context const& context, YamlNode const& node, Rule const& rule,
              References const& references);

  // What was first done to a relay by a trigger, by the trigger's text and the relay.
  std::map<std::pair<std::string, unsigned>, Switched> switched_;
  unsigned searches_ = 0;
};

}  // namespace snapcron
