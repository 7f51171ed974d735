#pragma once
// The Huffman tables that USB cameras leave out.

#include <string>
#include <string_view>

namespace snapcron {

/// Motion JPEG as it is in AVI files and comes from many USB cameras has no DHT segment: the tables
/// of the standard's Annex K.3 are meant. The picture with them, in front of its scan, if it has
/// none; else, and if that cannot be told, as it is. Nothing is decoded.
std::string with_huffman_tables(std::string_view jpeg);

}  // namespace snapcron
