#pragma once
// The engine's memory as the text that the state file keeps.

#include "core/error.hpp"
#include "core/memory.hpp"

#include <string>
#include <string_view>

namespace snapcron {

std::string memory_text(Memory const& memory);
/// Any text is read or refused; what is not understood is left out.
Result<Memory> parse_memory(std::string_view text);

}  // namespace snapcron
