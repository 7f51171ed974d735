#include "config/source.hpp"

#include "core/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace snapcron {
namespace {

// A line that no person wrote is not shown: a thousand mistakes in a line of a megabyte would be a
// gigabyte of text.
constexpr std::size_t longest_line = 10'000;
constexpr std::size_t most_lines_shown = 1000;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// How far above a header the key stands to which it belongs.
constexpr unsigned most_headers = 50;

}  // namespace

Source::Source(std::string name, std::string text)
    : name_{std::move(name)}, text_{std::move(text)} {
  lines_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') lines_.push_back(i + 1);
}

std::string_view Source::line(unsigned number) const {
  if (number == 0 || number > lines_.size()) return {};
  auto const begin = lines_[number - 1];
  auto const end = number < lines_.size() ? lines_[number] - 1 : text_.size();
  auto line = std::string_view{text_}.substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Position Source::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  auto const after = std::ranges::upper_bound(lines_, offset);
  auto const line = static_cast<std::size_t>(after - lines_.begin());
  return {static_cast<unsigned>(line), static_cast<unsigned>(offset - lines_[line - 1] + 1)};
}

std::size_t Source::offset(Position at) const {
  if (at.line == 0 || at.line > lines_.size()) return text_.size();
  return std::min(lines_[at.line - 1] + at.column - 1, text_.size());
}

bool Source::is_header(unsigned number) const {
  auto const own = indentation(line(number));
  for (unsigned above = number - 1; above > 0 && number - above <= most_headers; --above) {
    auto const text = line(above);
    auto const its = indentation(text);
    if (its < own && its < text.size()) return text.substr(its).starts_with("header");
  }
  return false;
}

Diagnostic Source::diagnostic(Diagnostic::Severity severity, Position at, std::string message,
                              std::string suggestion) const {
  auto const shown = line(at.line);
  bool const show = shown.size() <= longest_line && shown_ < most_lines_shown;
  if (show) ++shown_;
  return {severity,
          name_,
          at,
          hide_secrets_of_urls(std::move(message)),
          std::move(suggestion),
          show ? hide_secrets(shown, is_header(at.line)) : std::string{}};
}

Result<FileText> read_regular_file(std::filesystem::path const& file, std::size_t limit) {
  auto const fail = [&](Fault fault, std::string const& why) {
    return Error{fault, "cannot read " + file.string() + ": " + why};
  };
  auto const failed = [&](int code) {
    auto const fault = code == ENOENT || code == ENOTDIR ? Fault::not_found
                       : code == EACCES                  ? Fault::denied
                                                         : Fault::failed;
    return fail(fault, std::generic_category().message(code));
  };
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  Descriptor const fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (fd.get() < 0) return failed(errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return failed(errno);
  if (S_ISDIR(status.st_mode)) return fail(Fault::invalid, "it is a folder");
  if (!S_ISREG(status.st_mode)) return fail(Fault::invalid, "it is not a regular file");
  auto const too_large = [&] {
    return fail(Fault::invalid, "it is larger than " + std::to_string(limit) + " bytes");
  };
  if (status.st_size > static_cast<off_t>(limit)) return too_large();

  FileText read;
  read.others_may_read = (status.st_mode & S_IROTH) != 0;
  read.text.resize(limit + 1);  // one more, to see a file that grew meanwhile
  std::size_t size = 0;
  while (size < read.text.size()) {
    auto const n = ::read(fd.get(), read.text.data() + size, read.text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(errno);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size > limit) return too_large();
  read.text.resize(size);
  return read;
}

}  // namespace snapcron
