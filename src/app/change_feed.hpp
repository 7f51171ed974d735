#pragma once
// What changed, and when, for any number of clients that follow it at their own pace. Of each thing
// only its latest change is kept: a contact that chatters costs no memory, whoever reads slowly.

#include "core/changes.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace snapcron {

/// All calls are made on the loop.
class ChangeFeed {
 public:
  void input(unsigned number) { changed({Kind::input, number}); }
  void relay(unsigned number) { changed({Kind::relay, number}); }
  void camera(std::string const& name) { changed({Kind::camera, name}); }
  void rule(std::string const& name) { changed({Kind::rule, name}); }
  void destination(std::string const& name) { changed({Kind::destination, name}); }
  void records() { changed({Kind::records, 0u}); }
  void pictures() { changed({Kind::pictures, 0u}); }
  void config() { changed({Kind::config, 0u}); }

  std::uint64_t now() const { return now_; }
  Changes after(std::uint64_t moment) const;

  /// `changed` is called at each change for as long as the result lives, which may be longer than
  /// we do.
  std::shared_ptr<void> follow(std::function<void()> changed);
  /// Somebody follows.
  bool followed() const { return !followers_->empty(); }

 private:
  enum class Kind { input, relay, camera, rule, destination, records, pictures, config };
  using Thing = std::pair<Kind, std::variant<unsigned, std::string>>;
  using Followers = std::map<std::uint64_t, std::function<void()>>;

  void changed(Thing thing);

  std::uint64_t now_ = 0;
  std::uint64_t next_follower_ = 0;
  std::map<Thing, std::uint64_t> latest_;     // when each of them changed
  std::map<std::uint64_t, Thing> by_moment_;  // the same the other way round
  std::shared_ptr<Followers> followers_ = std::make_shared<Followers>();
};

}  // namespace snapcron
