// Any template with any value: a file name stays a relative path of safe parts, and ours ends in
// .jpg or .jpeg, a text has no control characters, and an address has only what the template itself
// has.

#include "core/template.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_safe(std::string const& path) {
  require(!path.starts_with('/'));
  for (std::size_t begin = 0; begin <= path.size();) {
    auto const end = std::min(path.find('/', begin), path.size());
    auto const part = path.substr(begin, end - begin);
    require(!part.empty() && part.size() <= 200 && part[0] != '.' && part[0] != '-');
    for (char const c : part) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    begin = end + 1;
  }
}

void require_ours(std::string const& path) {
  require_safe(path);
  require(path.size() < 4000 && (path.ends_with(".jpg") || path.ends_with(".jpeg")));
  require(!path.ends_with("/lastshot.jpg") && path != "lastshot.jpg");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  // The template ends where the first line ends; what follows is the value.
  std::string_view const all{reinterpret_cast<char const*>(data), size};
  auto const end = std::min(all.find('\n'), all.size());
  auto const source = all.substr(0, end);
  std::string const value{all.substr(std::min(end + 1, all.size()))};
  TemplateValues const values{.time = Instant{std::chrono::seconds{1'772'400'000}},
                              .zone = {},
                              .camera = value,
                              .rule = value,
                              .trigger = value,
                              .input = value,
                              .edge = value,
                              .event = value,
                              .state = value,
                              .relay = value,
                              .picture = value,
                              .reply = {{"a", value}},
                              .secret = value,
                              .seq = static_cast<unsigned>(size),
                              .path = value,
                              .name = value,
                              .number = size};

  if (auto const file_name = Template::parse(source, Template::Use::file_name))
    require_ours(file_name->expand(values));
  else
    require(file_name.error().text.find('\n') == std::string::npos);
  if (auto const remote = Template::parse(source, Template::Use::remote_name))
    require_safe(remote->expand(values));
  if (auto const text = Template::parse(source, Template::Use::text)) {
    for (char const c : text->expand(values))
      require(static_cast<unsigned char>(c) >= 0x20 || c == '\t');
    require(!text->uses("secret") && !text->uses("reply"));
  }
  if (auto const request = Template::parse(source, Template::Use::request)) {
    // What the values add to the skeleton is letters, digits, -._~ and %XX.
    auto const url = request->expand_url(values), skeleton = request->skeleton();
    for (char const c : {'/', '?', '#', '@', ':', '&', ' '})
      require(std::ranges::count(url, c) == std::ranges::count(skeleton, c));
    auto const literal = Template::literal(source);
    require(literal.expand(values) == source && literal.expand_url(values) == source);
    if (auto const again = Template::parse(literal.source(), Template::Use::request))
      require(again->expand(values) == source);
  } else {
    require(request.error().text.find('\n') == std::string::npos);
  }
  return 0;
}
