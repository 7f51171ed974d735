#pragma once
// What rules may refer to, by number or by name.

#include "config/context.hpp"
#include "core/site.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

struct References {
  struct Line {  // an input or a relay
    unsigned number = 0;
    std::string name;
    std::optional<Duration> max_on{};  // of a relay
    Duration debounce{};               // of an input
  };
  /// Nothing is known (a file with rules that is checked by itself): every name is taken as it
  /// comes.
  bool open = false;
  std::vector<Line> inputs, relays;
  std::vector<std::string> cameras;                      // in their order: the first is number 1
  std::map<std::string, Duration, std::less<>> buffers;  // how far back those that have one reach
  struct Destination {
    std::string name;
    bool mail = false;  // its pictures go as mails
    bool right = true;  // else something is wrong with it, which was told
  };
  std::vector<Destination> destinations;

  static References anything() {
    References references;
    references.open = true;
    return references;
  }
  static References of(Site const& site);

  /// The thing that the value names, or nothing with the error told.
  std::optional<Line> input(Context const& context, Value const& value) const;
  std::optional<Line> relay(Context const& context, Value const& value) const;
  std::optional<std::string> destination(Context const& context, Value const& value) const;
  /// A destination to which mails can be sent.
  std::optional<std::string> mail(Context const& context, Value const& value) const;
  std::optional<std::string> camera(Context const& context, Value const& value) const;
};

}  // namespace snapcron
