#pragma once

#include <cstddef>
#include <string>

namespace snapcron::test {

inline std::string repeated(std::string const& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace snapcron::test
