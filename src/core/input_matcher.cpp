#include "core/input_matcher.hpp"

namespace snapcron {

bool InputMatcher::on_edge(bool high, Moment at) {
  since_.reset();
  if (!listens(trigger_.edge, high)) return false;
  if (trigger_.held == Duration::zero()) return happened(at.steady);
  high_ = high;
  since_ = at;
  return false;
}

void InputMatcher::on_level(bool high) {
  if (since_ && high_ != high) since_.reset();
}

std::optional<Steady> InputMatcher::due() const {
  if (!since_) return std::nullopt;
  return since_->steady + trigger_.held;
}

bool InputMatcher::tick(Steady now) {
  auto const at = due();
  if (!at || *at > now) return false;
  since_.reset();
  return happened(*at);
}

void InputMatcher::resume(bool high, Moment since) {
  high_ = high;
  since_ = since;
}

bool InputMatcher::happened(Steady at) {
  if (trigger_.count <= 1) return true;
  while (!edges_.empty() && at - edges_.front() > trigger_.within) edges_.pop_front();
  if (edges_.size() + 1 < trigger_.count) {
    edges_.push_back(at);
    return false;
  }
  edges_.clear();  // the next ones begin a new count
  return true;
}

}  // namespace snapcron
