// What a picture in the storage folder says of itself: whatever stands there, it is read or passed
// over; what was read is within the bounds of the file.

#include "core/printable.hpp"
#include "imprint/imprint.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  std::string_view const head{reinterpret_cast<char const*>(data), size};
  auto const imprint = find_imprint(head);
  if (!imprint) return 0;
  auto const expect = [](bool truth) {
    if (!truth) std::abort();
  };
  expect(imprint->at + imprint->size <= head.size());
  expect(imprint->to.size() <= 32);
  for (auto const* text : {&imprint->values.camera, &imprint->values.rule, &imprint->values.event})
    expect(printable(*text) == *text);
  auto const whole = std::string{head}.erase(imprint->at, imprint->size);
  PictureFacts facts{imprint->values, {}, {}, imprint->to};
  expect(find_imprint(with_imprint(whole, facts)).has_value());
  return 0;
}
