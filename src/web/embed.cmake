# Writes a C++ file that holds the page's files, as they are and gzipped where that pays:
#   cmake -D FILES=FOLDER -D OUT=FILE -P embed.cmake
# Everything but the two documents is served below /page/VERSION/, and VERSION is made of what the files hold: whatever
# has one address never changes. "@VERSION@" in a file stands for it. CMake alone does it, so that who builds needs nothing more.
cmake_minimum_required(VERSION 3.25)

set(types_html "text/html; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_svg "image/svg+xml")
set(types_png "image/png")
set(types_webmanifest "application/manifest+json")

file(GLOB names RELATIVE ${FILES} ${FILES}/*)
list(SORT names)
set(sums "")
foreach(name IN LISTS names)
  file(SHA256 ${FILES}/${name} sum)
  string(APPEND sums "${name} ${sum}\n")
endforeach()
string(SHA256 VERSION "${sums}")
string(SUBSTRING ${VERSION} 0 12 VERSION)

# The bytes of `file` as a C++ array.
function(array name file out)
  file(READ ${file} hex HEX)
  # A gzip file has the time of its making in it; without, the same files give the same bytes.
  string(REGEX REPLACE "^(1f8b08..)........" "\\100000000" hex "${hex}")
  string(LENGTH "${hex}" length)
  math(EXPR size "${length} / 2")
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(${out} "constexpr unsigned char ${name}[] = {\n${bytes}};\n" PARENT_SCOPE)
  set(size ${size} PARENT_SCOPE)
endfunction()

# Leaves out the lines that are a comment, which are an eighth of what goes over the line.
function(without_comments file)
  file(READ ${file} text)
  string(REGEX REPLACE "\n *//[^\n]*" "" text "\n${text}")
  string(REGEX REPLACE "\n */[*][*]([^*]|[*][^/])*[*]/" "" text "${text}")
  file(WRITE ${file} "${text}")
endfunction()

get_filename_component(work ${OUT} DIRECTORY)
set(work ${work}/embedded)
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})
set(arrays "")
set(table "")
set(number 0)
foreach(name IN LISTS names)
  get_filename_component(kind ${name} LAST_EXT)
  string(SUBSTRING ${kind} 1 -1 kind)
  if(NOT DEFINED types_${kind})
    message(FATAL_ERROR "${FILES}/${name}: of which media type is '.${kind}'? Tell it in embed.cmake")
  endif()
  if(kind STREQUAL "png")
    configure_file(${FILES}/${name} ${work}/${name} COPYONLY)
  else()
    configure_file(${FILES}/${name} ${work}/${name} @ONLY)
  endif()
  if(kind STREQUAL "js")
    without_comments(${work}/${name})
  endif()
  file(ARCHIVE_CREATE OUTPUT ${work}/${name}.gz PATHS ${work}/${name} FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
  file(SHA256 ${work}/${name} sum)
  string(SUBSTRING ${sum} 0 24 sum)
  array(plain_${number} ${work}/${name} plain)
  set(plain_size ${size})
  array(gzip_${number} ${work}/${name}.gz gzip)
  math(EXPR pays "${plain_size} * 9 / 10")
  set(zipped "{}")
  if(size LESS pays)
    string(APPEND arrays "${gzip}")
    set(zipped "view(gzip_${number})")
  endif()
  string(APPEND arrays "${plain}")
  string(APPEND table "    {\"${name}\", \"${types_${kind}}\", \"${sum}\", view(plain_${number}), ${zipped}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUT}.new "// Made by src/web/embed.cmake.
#include \"web/page_files.hpp\"

namespace snapcron::web {
namespace {

${arrays}
template <std::size_t size>
std::string_view view(unsigned char const (&bytes)[size]) {
  return {reinterpret_cast<char const*>(bytes), size};
}

PageFile const files[] = {
${table}};

}  // namespace

std::string_view version() {
  return \"${VERSION}\";
}

std::span<PageFile const> page_files() {
  return files;
}

}  // namespace snapcron::web
")
file(RENAME ${OUT}.new ${OUT})
