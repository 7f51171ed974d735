#include "jpeg/string_sink.hpp"

namespace snapcron {
namespace {

void begin_sink(j_compress_ptr jpeg) {
  auto& sink = *reinterpret_cast<StringSink*>(jpeg->dest);
  sink.bytes->resize(64 * 1024);
  sink.manager.next_output_byte = reinterpret_cast<JOCTET*>(sink.bytes->data());
  sink.manager.free_in_buffer = sink.bytes->size();
}

boolean grow_sink(j_compress_ptr jpeg) {
  auto& sink = *reinterpret_cast<StringSink*>(jpeg->dest);
  auto const have = sink.bytes->size();
  sink.bytes->resize(have * 2);
  sink.manager.next_output_byte = reinterpret_cast<JOCTET*>(sink.bytes->data()) + have;
  sink.manager.free_in_buffer = have;
  return TRUE;
}

void end_sink(j_compress_ptr jpeg) {
  auto& sink = *reinterpret_cast<StringSink*>(jpeg->dest);
  sink.bytes->resize(sink.bytes->size() - sink.manager.free_in_buffer);
}

}  // namespace

StringSink::StringSink(std::string& into) : bytes(&into) {
  manager.init_destination = begin_sink;
  manager.empty_output_buffer = grow_sink;
  manager.term_destination = end_sink;
}

}  // namespace snapcron
