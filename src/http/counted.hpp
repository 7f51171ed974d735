#pragma once
// How many are at something at once.

namespace snapcron::http {

/// Counts in `number`, which must outlive it, for as long as it lives.
class Counted {
 public:
  explicit Counted(unsigned& number) : number_{number} { ++number_; }
  Counted(Counted const&) = delete;
  Counted& operator=(Counted const&) = delete;
  ~Counted() { --number_; }

 private:
  unsigned& number_;
};

}  // namespace snapcron::http
