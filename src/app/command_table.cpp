#include "app/command_table.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace snapcron {
namespace {

namespace json = boost::json;

/// What an option takes, as the help has it: "FILE", or the words of which one must be given.
json::object taken(CLI::Option const& option) {
  // "TEXT:{high,low,pulse}" of a list of words, "N:UINT in [1 - 1000]" of a range.
  auto const type = option.get_type_name();
  auto const colon = type.find(':');
  auto const limits = colon == std::string::npos ? "" : type.substr(colon + 1);
  if (!limits.starts_with('{')) return {{"takes", type.substr(0, colon)}};
  json::array words;
  for (auto const& word : CLI::detail::split(limits.substr(1, limits.find('}') - 1), ','))
    words.emplace_back(word);
  return {{"words", std::move(words)}};
}

json::object described(CLI::Option const& option) {
  json::array names;
  for (auto const& name : option.get_snames()) names.emplace_back("-" + name);
  for (auto const& name : option.get_lnames()) names.emplace_back("--" + name);
  bool const positional = option.get_positional();
  if (positional) names = json::array{json::value(option.get_name())};
  auto result = option.get_items_expected_max() == 0 ? json::object{} : taken(option);
  result["names"] = std::move(names);
  result["about"] = option.get_description();
  result["positional"] = positional;
  result["required"] = option.get_required();
  result["many"] = option.get_items_expected_max() > 1;
  result["default"] = option.get_default_str();
  return result;
}

json::object described(CLI::App const& app) {
  json::array options, commands;
  for (auto const* option : app.get_options([](CLI::Option const*) { return true; }))
    if (!option->get_group().empty()) options.push_back(described(*option));
  for (auto const* command : app.get_subcommands([](CLI::App const*) { return true; }))
    if (!command->get_group().empty()) commands.push_back(described(*command));
  return {{"name", app.get_name()},
          {"about", app.get_description()},
          {"more", app.get_footer()},
          {"options", std::move(options)},
          {"commands", std::move(commands)}};
}

}  // namespace

void add_command_table(CLI::App& app) {
  app.add_flag_callback("--command-table",
                        [&app] {
                          std::cout << json::serialize(described(app)) << '\n';
                          throw CLI::Success{};
                        })
      ->group("");
}

}  // namespace snapcron
