#include "sim/state_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace snapcron {
namespace {

constexpr std::size_t pid_column = 2, pid_width = 10, name_column = 13;
constexpr off_t table_lock = off_t{1} << 40;  // a byte that no record reaches
constexpr std::size_t largest_file = 1 << 20;

std::string reason() {
  return std::generic_category().message(errno);
}

bool lock(int file, off_t offset, bool exclusive, bool wait) {
  struct flock range {};
  range.l_type = static_cast<short>(exclusive ? F_WRLCK : F_UNLCK);
  range.l_whence = SEEK_SET;
  range.l_start = offset;
  range.l_len = 1;
  return ::fcntl(file, wait ? F_OFD_SETLKW : F_OFD_SETLK, &range) == 0;
}

struct Record {
  off_t offset = 0;
  bool level = false;
  long pid = 0;
  std::string name;
};

/// What does not look like a record is passed over.
std::vector<Record> parse(std::string const& text) {
  std::vector<Record> records;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = text.find('\n', at);
    if (end == std::string::npos) break;
    if (end - at > name_column && (text[at] == '0' || text[at] == '1')) {
      Record record{static_cast<off_t>(at), text[at] == '1', 0,
                    text.substr(at + name_column, end - at - name_column)};
      std::from_chars(&text[at + pid_column], &text[at + pid_column + pid_width], record.pid);
      records.push_back(std::move(record));
    }
    at = end + 1;
  }
  return records;
}

std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t n; text.size() < largest_file && (n = ::pread(file, part.data(), part.size(),
                                                             static_cast<off_t>(text.size()))) > 0;)
    text.append(part.data(), static_cast<std::size_t>(n));
  return text;
}

bool write_all(int file, std::string_view text, off_t offset) {
  return ::pwrite(file, text.data(), text.size(), offset) == static_cast<ssize_t>(text.size());
}

std::string pid_text(long pid) {
  auto text = std::to_string(pid);
  text.resize(pid_width, ' ');
  return text;
}

/// The record of `line`, appended when it is missing. The table lock is held.
std::optional<Record> find_or_append(int file, std::string const& line, bool level) {
  auto text = read_all(file);
  for (auto& record : parse(text))
    if (record.name == line) return std::move(record);
  auto const offset = static_cast<off_t>(text.size());
  std::string const added = (level ? "1 " : "0 ") + pid_text(::getpid()) + ' ' + line + '\n';
  if (!write_all(file, added, offset)) return std::nullopt;
  return Record{offset, level, ::getpid(), line};
}

std::string process_name(long pid) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/comm"};
  std::string name;
  std::getline(in, name);
  return name.empty() ? "process " + std::to_string(pid)
                      : "process " + std::to_string(pid) + " (" + name + ")";
}

}  // namespace

Result<OutputRecord> OutputRecord::take(std::filesystem::path const& file, std::string const& line,
                                        bool level) {
  auto const what = "simulated line " + line;
  int const fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return Error{errno == EACCES ? Fault::denied : Fault::failed,
                 what + ": cannot open its state file " + file.string() + ": " + reason()};
  OutputRecord record{fd, 0};
  if (!lock(fd, table_lock, true, true))
    return Error{Fault::failed, what + ": cannot lock " + file.string() + ": " + reason()};
  auto const found = find_or_append(fd, line, level);
  lock(fd, table_lock, false, true);
  if (!found)
    return Error{Fault::failed, what + ": cannot write " + file.string() + ": " + reason()};
  record.offset_ = found->offset;
  if (!lock(fd, found->offset, true, false))
    return Error{Fault::busy, what + " is held by " + process_name(found->pid)};
  if (!write_all(fd, pid_text(::getpid()), found->offset + static_cast<off_t>(pid_column)))
    return Error{Fault::failed, what + ": cannot write " + file.string() + ": " + reason()};
  if (auto const written = record.write(level); !written) return written.error();
  return record;
}

OutputRecord::OutputRecord(OutputRecord&& other) noexcept
    : file_{std::exchange(other.file_, -1)}, offset_{other.offset_} {}

OutputRecord& OutputRecord::operator=(OutputRecord&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(offset_, other.offset_);
  return *this;
}

OutputRecord::~OutputRecord() {
  if (file_ >= 0) ::close(file_);
}

Result<void> OutputRecord::write(bool level) {
  if (write_all(file_, level ? "1" : "0", offset_)) return {};
  return Error{Fault::failed, "cannot write the level of a simulated line: " + reason()};
}

std::vector<std::pair<std::string, bool>> read_levels(std::filesystem::path const& file) {
  std::ifstream in{file};
  std::stringstream text;
  text << in.rdbuf();
  std::vector<std::pair<std::string, bool>> levels;
  for (auto& record : parse(text.str())) levels.emplace_back(std::move(record.name), record.level);
  return levels;
}

}  // namespace snapcron
